package dev.ambit.control.audit;

import dev.ambit.control.credential.KeyFile;
import dev.ambit.control.store.CheckpointTable;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.PublicKeys;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Signs receipts and checkpoints with the Ed25519 key of one file, and publishes every key that
/// ever did. Thread-safe.
public final class Signer implements SigningKeys {
  private static final String ALGORITHM = "Ed25519";
  private static final int KEYS_MAX = 64;

  private final CheckpointTable table;
  private final KeyPair key;

  private Signer(CheckpointTable table, KeyPair key) {
    this.table = table;
    this.key = key;
  }

  /// Opens the key in `signing.key` of the folder, made (0600) if it is not there, and publishes
  /// it. A new file is a new key; receipts of the old one still verify with what was published.
  public static Signer open(Path keysFolder, CheckpointTable table, InstantSource clock) {
    var file = keysFolder.resolve("signing.key");
    var bytes = KeyFile.readOrCreate(file, Signer::fresh);
    try {
      var key = read(bytes);
      var id = PublicKeys.id(key.getPublic());
      table.keepKey(
          new CheckpointTable.Key(id, PublicKeys.toPem(key.getPublic())), clock.instant());
      return new Signer(table, key);
    } catch (GeneralSecurityException _) {
      throw KeyFile.unusable(file, "unreadable (expected: as Ambit made it)");
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /// Signs a payload.
  public Dsse sign(String payloadType, byte[] payload) {
    return Dsse.sign(payloadType, payload, key.getPrivate(), key.getPublic());
  }

  @Override
  public List<Published> published() {
    var current = PublicKeys.id(key.getPublic());
    var keys = new ArrayList<Published>();
    for (var known : table.keys(KEYS_MAX)) {
      // First is the one in use, also when an older file was put back.
      keys.add(
          known.id().equals(current) ? 0 : keys.size(), new Published(known.id(), known.pem()));
    }
    return keys;
  }

  /// The file: length of the public key as two bytes, the public key (SubjectPublicKeyInfo), the
  /// private key (PKCS#8). Java cannot derive the one from the other.
  private static byte[] fresh() {
    try {
      var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      var open = pair.getPublic().getEncoded();
      var secret = pair.getPrivate().getEncoded();
      var bytes = ByteBuffer.allocate(2 + open.length + secret.length);
      return bytes.putShort((short) open.length).put(open).put(secret).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("key: Ed25519 is missing from this JDK", e);
    }
  }

  private static KeyPair read(byte[] bytes) throws GeneralSecurityException {
    var in = ByteBuffer.wrap(bytes);
    if (in.remaining() < 2 || in.getShort(0) < 1 || in.getShort(0) > in.remaining() - 2) {
      throw new GeneralSecurityException("key: truncated");
    }
    var open = new byte[in.getShort()];
    in.get(open);
    var secret = new byte[in.remaining()];
    in.get(secret);
    var factory = KeyFactory.getInstance(ALGORITHM);
    var pair =
        new KeyPair(
            factory.generatePublic(new X509EncodedKeySpec(open)),
            factory.generatePrivate(new PKCS8EncodedKeySpec(secret)));
    Arrays.fill(secret, (byte) 0);
    return pair;
  }
}
