package dev.ambit.envelope;

import java.util.Arrays;

/// The host part of an authority: a lower-case LDH name, a strict dotted quad, or a bracketed IPv6
/// literal. Tolerated and mapped: ASCII upper case, IPv6 spellings (printed as RFC 5952), IPv4
/// inside `::ffff:0:0/96` (unwrapped). Everything else has no meaning here: no trailing dot, no
/// underscore, no escape, no zone, no number in another base.
final class Host {
  private static final int NAME_MAX = 253;
  private static final int LABEL_MAX = 63;

  private Host() {}

  /// Parses `text[from, to)` to its canonical spelling.
  static Parsed<String> parse(CharSequence text, int from, int to) {
    if (from == to) {
      return Parsed.malformed("host: empty (expected: a name or an IP address)");
    }
    if (text.charAt(from) == '[') {
      return literal(text, from, to);
    }
    if (to - from > NAME_MAX) {
      return Parsed.malformed("host: too long (expected: at most 253 characters)");
    }
    if (numeric(text, from, to)) {
      return IpLiteral.ipv4(text, from, to) == null
          ? Parsed.malformed("host: a number (expected: four decimal octets for IPv4)")
          : Parsed.ok(text.subSequence(from, to).toString());
    }
    return name(text, from, to);
  }

  static Parsed<String> parse(CharSequence text) {
    return parse(text, 0, text.length());
  }

  /// Whether a canonical host is an address. No name can look like one.
  static boolean isLiteral(String host) {
    return host.charAt(0) == '[' || numeric(host, 0, host.length());
  }

  /// The bytes of a canonical literal, 4 or 16.
  static byte[] address(String host) {
    var address =
        host.charAt(0) == '['
            ? IpLiteral.ipv6(host, 1, host.length() - 1)
            : IpLiteral.ipv4(host, 0, host.length());
    if (address == null) {
      throw new IllegalStateException("host: a name (expected: an IP address)");
    }
    return Arrays.copyOf(address, address.length);
  }

  private static Parsed<String> literal(CharSequence text, int from, int to) {
    var address = text.charAt(to - 1) == ']' ? IpLiteral.ipv6(text, from + 1, to - 1) : null;
    if (address == null) {
      return Parsed.malformed("host: not an address (expected: [IPv6] without a zone)");
    }
    var bare = IpLiteral.unwrapped(address);
    var printed = IpLiteral.print(bare);
    return Parsed.ok(bare.length == 4 ? printed : "[" + printed + "]");
  }

  /// Whether some resolver would take it for a number: its last label is all digits or `0x…`.
  private static boolean numeric(CharSequence text, int from, int to) {
    var start = to;
    while (start > from && text.charAt(start - 1) != '.') {
      start--;
    }
    var hexadecimal =
        to - start >= 2 && text.charAt(start) == '0' && Ascii.lower(text.charAt(start + 1)) == 'x';
    for (var i = hexadecimal ? start + 2 : start; i < to; i++) {
      var c = text.charAt(i);
      if (hexadecimal ? Ascii.hex(c) < 0 : !Ascii.digit(c)) {
        return false;
      }
    }
    return start < to;
  }

  private static Parsed<String> name(CharSequence text, int from, int to) {
    var mapped = false;
    var labelStart = from;
    for (var i = from; i <= to; i++) {
      var c = i == to ? '.' : text.charAt(i);
      if (c == '.') {
        var length = i - labelStart;
        if (length == 0 || length > LABEL_MAX) {
          return Parsed.malformed("host: label of a wrong length (expected: 1 to 63 characters)");
        }
        if (text.charAt(labelStart) == '-' || text.charAt(i - 1) == '-') {
          return Parsed.malformed("host: label with a hyphen at its edge (expected: none)");
        }
        labelStart = i + 1;
      } else if (!Ascii.letter(c) && !Ascii.digit(c) && c != '-') {
        return Parsed.malformed(
            "host: character out of place (expected: letters, digits, - and .)");
      } else {
        mapped |= c != Ascii.lower(c);
      }
    }
    var host = text.subSequence(from, to).toString();
    return Parsed.ok(mapped ? lower(host) : host);
  }

  private static String lower(String host) {
    var chars = host.toCharArray();
    for (var i = 0; i < chars.length; i++) {
      chars[i] = Ascii.lower(chars[i]);
    }
    return new String(chars);
  }
}
