package dev.ambit.control.lifecycle;

import dev.ambit.envelope.SessionId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes the handles of by-handle sessions. A handle must be told again when an opening is retried,
/// yet nobody who reads the store may learn it: so it is not kept but derived each time, as an HMAC
/// of the session's id under a key that lives in a file beside the store. To whoever lacks the key
/// it is 256 random bits.
public final class Handles {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String USE = "ambit session handle v1 ";

  private final SecretKeySpec key;

  /// Derives with `key`, 32 random bytes.
  public Handles(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /// The handle, 43 characters of base64url.
  public String of(SessionId session) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      var bits = mac.doFinal((USE + session.value()).getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("every JDK has HMAC-SHA-256", impossible);
    }
  }

  /// SHA-256 over the handle's characters, as proxies get it, in hex.
  public String digest(SessionId session) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(of(session).getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }
}
