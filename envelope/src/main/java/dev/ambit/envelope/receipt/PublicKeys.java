package dev.ambit.envelope.receipt;

import dev.ambit.envelope.Parsed;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/// Ed25519 public keys as text and by id.
public final class PublicKeys {
  private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String END = "-----END PUBLIC KEY-----";
  private static final int PEM_LENGTH_MAX = 1_024;

  private PublicKeys() {}

  /// SHA-256 over the key's SubjectPublicKeyInfo, 64 lower-case hex digits.
  public static String id(PublicKey key) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("digest: SHA-256 is missing from this JDK", e);
    }
  }

  /// The key as PEM (SubjectPublicKeyInfo, RFC 7468), lines ended by LF.
  public static String toPem(PublicKey key) {
    var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return BEGIN + "\n" + base64 + "\n" + END + "\n";
  }

  /// Reads one key from PEM; anything around it is refused.
  public static Parsed<PublicKey> fromPem(String pem) {
    var text = pem.strip();
    if (text.length() > PEM_LENGTH_MAX || !text.startsWith(BEGIN) || !text.endsWith(END)) {
      return new Parsed.Malformed<>("key: not PEM (expected: one PUBLIC KEY block)");
    }
    var body = text.substring(BEGIN.length(), text.length() - END.length());
    try {
      var der = Base64.getMimeDecoder().decode(body.getBytes(StandardCharsets.US_ASCII));
      var key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
      return new Parsed.Ok<>(key);
    } catch (IllegalArgumentException | InvalidKeySpecException _) {
      return new Parsed.Malformed<>("key: unreadable (expected: an Ed25519 public key)");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("key: Ed25519 is missing from this JDK", e);
    }
  }
}
