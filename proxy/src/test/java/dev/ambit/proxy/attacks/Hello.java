package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;

/// TLS ClientHellos as no library sends them, as text of one character per byte (RFC 8446 4.1.2).
final class Hello {
  private Hello() {}

  /// One message in one record.
  ///
  /// @param extensions each with its type and length
  static String of(String... extensions) {
    return record(message(extensions));
  }

  /// The same message, cut in two records at a byte of its extensions' end.
  static String inTwoRecords(int second, String... extensions) {
    var message = message(extensions);
    var cut = message.length() - second;
    return record(message.substring(0, cut)) + record(message.substring(cut));
  }

  /// One record of a handshake.
  static String record(String content) {
    return "\u0016\u0003\u0001" + vector(2, content);
  }

  static String message(String... extensions) {
    var suites = "\u0013\u0001\u00c0+\u00c0/";
    var body =
        "\u0003\u0003"
            + "r".repeat(32)
            + vector(1, "")
            + vector(2, suites)
            + vector(1, "\0")
            + vector(2, String.join("", extensions));
    return "\u0001" + vector(3, body);
  }

  /// The extension with these host names in one list (RFC 6066 3).
  static String serverNames(String... hosts) {
    var list = new StringBuilder();
    for (var host : hosts) {
      list.append('\0').append(vector(2, host));
    }
    return extension(0, vector(2, list.toString()));
  }

  static String extension(int type, String content) {
    return number(2, type) + vector(2, content);
  }

  /// What a TLS 1.3 handshake needs beside the name.
  static List<String> modern() {
    return List.of(
        extension(43, vector(1, "\u0003\u0004\u0003\u0003")),
        extension(10, vector(2, "\u0000\u001d")),
        extension(13, vector(2, "\u0004\u0003\u0008\u0004")),
        extension(51, vector(2, "\u0000\u001d" + vector(2, "k".repeat(32)))));
  }

  static String vector(int lengthBytes, String content) {
    return number(lengthBytes, content.getBytes(ISO_8859_1).length) + content;
  }

  private static String number(int bytes, int value) {
    var text = new StringBuilder();
    for (int i = bytes - 1; i >= 0; i--) {
      text.append((char) (value >> (8 * i) & 0xff));
    }
    return text.toString();
  }
}
