package dev.ambit.control.credential;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Seals material for the store: AES-256-GCM under the key of one file, bound to the credential it
/// belongs to, so that no sealed copy opens as another's. Thread-safe.
public final class Vault {
  private static final byte VERSION = 1;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private static final String MAC = "HmacSHA256";

  private final SecretKeySpec key;
  private final SecretKeySpec fingerprintKey;
  private final SecureRandom random;

  private Vault(byte[] key, SecureRandom random) {
    this.key = new SecretKeySpec(key, "AES");
    this.fingerprintKey = fingerprintKey(key);
    this.random = random;
  }

  /// Opens the vault with the key in `vault.key` of the folder, made (0600) if it is not there.
  public static Vault open(Path keysFolder, SecureRandom random) {
    var file = keysFolder.resolve("vault.key");
    var bytes =
        KeyFile.readOrCreate(
            file,
            () -> {
              var fresh = new byte[KEY_BYTES];
              random.nextBytes(fresh);
              return fresh;
            });
    if (bytes.length != KEY_BYTES) {
      throw KeyFile.unusable(file, bytes.length + " bytes (expected: " + KEY_BYTES + ")");
    }
    var vault = new Vault(bytes, random);
    Arrays.fill(bytes, (byte) 0);
    return vault;
  }

  /// Seals a copy; the material stays the caller's.
  public ByteString seal(Material material, Binding binding) {
    var nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      var sealed = cipher(Cipher.ENCRYPT_MODE, nonce, binding).doFinal(material.bytes());
      var out = ByteString.newOutput(1 + NONCE_BYTES + sealed.length);
      out.write(VERSION);
      out.write(nonce, 0, nonce.length);
      out.write(sealed, 0, sealed.length);
      return out.toByteString();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("vault: cannot seal", e);
    }
  }

  /// Tells the same material from other, to whoever has the key: a keyed hash, 64 hex digits.
  public String fingerprint(Material material) {
    try {
      var mac = Mac.getInstance(MAC);
      mac.init(fingerprintKey);
      return HexFormat.of().formatHex(mac.doFinal(material.bytes()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("vault: cannot hash", e);
    }
  }

  /// Opens what was sealed under exactly this binding; the caller wipes it.
  public Material open(ByteString sealed, Binding binding) throws Unopenable {
    var bytes = sealed.toByteArray();
    if (bytes.length <= 1 + NONCE_BYTES || bytes[0] != VERSION) {
      throw new Unopenable("vault: unknown form (expected: version " + VERSION + ")");
    }
    var nonce = Arrays.copyOfRange(bytes, 1, 1 + NONCE_BYTES);
    try {
      var from = 1 + NONCE_BYTES;
      var cipher = cipher(Cipher.DECRYPT_MODE, nonce, binding);
      return new Material(cipher.doFinal(bytes, from, bytes.length - from));
    } catch (GeneralSecurityException _) {
      throw new Unopenable("vault: cannot open (expected: key and binding that sealed it)");
    }
  }

  /// One key, one use: the hash gets a key derived from the vault's.
  private static SecretKeySpec fingerprintKey(byte[] key) {
    try {
      var mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      var derived = mac.doFinal("fingerprint".getBytes(StandardCharsets.US_ASCII));
      return new SecretKeySpec(derived, MAC);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("vault: cannot derive", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, Binding binding) throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(binding.bytes());
    return cipher;
  }

  /// A sealed copy is damaged, another's, or sealed under another key.
  public static final class Unopenable extends Exception {
    private static final long serialVersionUID = 1L;

    Unopenable(String why) {
      super(why);
    }

    public String why() {
      return String.valueOf(getMessage());
    }
  }

  /// What a sealed copy belongs to.
  public record Binding(String session, String credential, String provider) {
    byte[] bytes() {
      // None of the three can hold a line feed, so no two bindings give the same bytes.
      return (session + '\n' + credential + '\n' + provider).getBytes(StandardCharsets.UTF_8);
    }
  }
}
