package dev.ambit.proxy.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// What both ends of an opening handshake compute (RFC 6455 4).
public final class Handshake {
  public static final String VERSION = "13";
  public static final String TOKEN = "websocket";

  private static final String SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;
  private static final int KEY_CHARS = 24;

  private Handshake() {}

  /// Whether it is 16 bytes in their one base64.
  public static boolean isKey(String text) {
    if (text.length() != KEY_CHARS) {
      return false;
    }
    try {
      var bytes = Base64.getDecoder().decode(text);
      return bytes.length == KEY_BYTES && Base64.getEncoder().encodeToString(bytes).equals(text);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /// What a server answers that has read the key: no proof of who it is, but that it knows what it
  /// agrees to.
  public static String accept(String key) {
    try {
      var digest = MessageDigest.getInstance("SHA-1").digest((key + SALT).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
