package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Takes the lines of one request head (their line ends removed, bytes checked to be printable
/// ASCII or tab) and makes the head of them, or refuses at the first line that could be read in
/// more than one way (RFC 9112 2 to 6, and stricter: INV-7).
final class HeadLines {
  private static final long NO_LENGTH = -1;
  private static final int LENGTH_DIGITS_MAX = 18;

  private final Limits limits;
  private final List<Field> fields = new ArrayList<>();
  private static final int METHOD_CHARACTERS_MAX = 64;

  private String method = "";
  private String target = "";
  private boolean oldVersion;
  private long length = NO_LENGTH;
  private boolean chunked;
  private boolean expects;
  private boolean opens;

  HeadLines(Limits limits) {
    this.limits = limits;
  }

  /// As far as it has been read; empty before.
  String method() {
    return method;
  }

  /// Exactly `method SP target SP version` (RFC 9112 3).
  void requestLine(String line) throws Refused {
    int first = line.indexOf(' ');
    int second = line.indexOf(' ', first + 1);
    if (first < 1 || second < first + 2 || line.indexOf('\t') >= 0) {
      throw Refused.malformed("The request line is not METHOD SP TARGET SP VERSION.");
    }
    if (first > METHOD_CHARACTERS_MAX || !Ascii.token(line.substring(0, first))) {
      throw Refused.malformed("The method is not a token, or a long one.");
    }
    oldVersion =
        switch (line.substring(second + 1)) {
          case "HTTP/1.1" -> false;
          case "HTTP/1.0" -> true;
          default -> throw Refused.malformed("The version is not HTTP/1.1.");
        };
    method = line.substring(0, first);
    target = line.substring(first + 1, second);
  }

  void fieldLine(String line) throws Refused {
    if (fields.size() == limits.fields()) {
      throw Refused.limit("The request has more than " + limits.fields() + " header fields.");
    }
    var field = field(line);
    switch (field.name().toString().toLowerCase(Locale.ROOT)) {
      case "content-length" -> length(field.value().toString());
      case "transfer-encoding" -> encoding(field.value().toString());
      case "expect" -> expectation(field.value().toString());
      case "upgrade" -> opens |= Opening.named(field.value().toString());
      default -> {}
    }
    fields.add(field);
  }

  /// One field line of a head or a trailer section (RFC 9112 5): no white space before the colon,
  /// no folding.
  static Field field(String line) throws Refused {
    int colon = line.indexOf(':');
    if (colon < 1 || !Ascii.token(line.substring(0, colon))) {
      throw Refused.malformed("A header field has no proper name.");
    }
    return new Field(line.substring(0, colon), trim(line, colon + 1));
  }

  Head head() throws Refused {
    if (chunked && (length != NO_LENGTH || oldVersion)) {
      throw Refused.malformed("Transfer-Encoding with Content-Length, or on HTTP/1.0.");
    }
    if (oldVersion && length == NO_LENGTH && carriesBody()) {
      throw Refused.malformed("A body on HTTP/1.0 has no Content-Length.");
    }
    var body = chunked ? new Body.Chunked() : length > 0 ? new Body.Sized(length) : none();
    if (!(body instanceof Body.None) && !mayCarryBody()) {
      throw Refused.malformed("This method takes no body.");
    }
    return new Head(method, target, oldVersion, fields, body, expects, closes(), opens);
  }

  private Body none() {
    return length == 0 && carriesBody() ? new Body.Sized(0) : new Body.None();
  }

  private boolean carriesBody() {
    return switch (method) {
      case "POST", "PUT", "PATCH" -> true;
      default -> false;
    };
  }

  /// A server that ignores the body of such a request reads it as the next one (A096).
  private boolean mayCarryBody() {
    return switch (method) {
      case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT" -> false;
      default -> true;
    };
  }

  /// Digits alone, once (RFC 9110 8.6 lets recipients repair more; we do not).
  private void length(String value) throws Refused {
    if (length != NO_LENGTH
        || value.isEmpty()
        || value.length() > LENGTH_DIGITS_MAX
        || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw Refused.malformed("Content-Length is not one plain number.");
    }
    length = Long.parseLong(value);
  }

  private void encoding(String value) throws Refused {
    if (chunked || !value.equalsIgnoreCase("chunked")) {
      throw Refused.malformed("Transfer-Encoding is not exactly one chunked.");
    }
    chunked = true;
  }

  private void expectation(String value) throws Refused {
    if (expects || !value.equalsIgnoreCase("100-continue")) {
      throw Refused.malformed("Expect is not 100-continue.");
    }
    expects = !oldVersion;
  }

  private boolean closes() {
    boolean close = oldVersion;
    for (var field : fields) {
      if ("connection".equalsIgnoreCase(field.name().toString())) {
        for (var option : field.value().toString().split(",", -1)) {
          close |= option.strip().equalsIgnoreCase("close");
          close &= !(oldVersion && option.strip().equalsIgnoreCase("keep-alive"));
        }
      }
    }
    return close;
  }

  private static String trim(String line, int from) {
    int start = from;
    int end = line.length();
    while (start < end && blank(line.charAt(start))) {
      start++;
    }
    while (end > start && blank(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(start, end);
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t';
  }
}
