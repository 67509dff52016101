package dev.ambit.envelope;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// IP addresses in text, strictly: four decimal octets, or RFC 4291 groups; printed as RFC 5952
/// says. The JDK's parser also takes `127.1`, `2130706433` and `0177.0.0.1` (security.md 3).
final class IpLiteral {
  private static final int OCTETS = 4;
  private static final int GROUPS = 8;
  private static final int V6_CHARS_MAX = 45;

  private IpLiteral() {}

  /// Four octets without leading zeros, or null.
  static byte @Nullable [] ipv4(CharSequence text, int from, int to) {
    var address = new byte[OCTETS];
    var at = from;
    for (var octet = 0; octet < OCTETS; octet++) {
      if (octet > 0) {
        if (at >= to || text.charAt(at) != '.') {
          return null;
        }
        at++;
      }
      var start = at;
      var value = 0;
      while (at < to && at - start < 3 && Ascii.digit(text.charAt(at))) {
        value = value * 10 + (text.charAt(at) - '0');
        at++;
      }
      var leadingZero = at - start > 1 && text.charAt(start) == '0';
      if (at == start || leadingZero || value > 255) {
        return null;
      }
      address[octet] = (byte) value;
    }
    return at == to ? address : null;
  }

  /// Sixteen bytes, or null. No zone, no brackets.
  static byte @Nullable [] ipv6(CharSequence text, int from, int to) {
    if (to - from < 2 || to - from > V6_CHARS_MAX) {
      return null;
    }
    var address = new byte[2 * GROUPS];
    var groups = 0;
    var gap = -1;
    var at = from;
    if (text.charAt(at) == ':') {
      if (text.charAt(at + 1) != ':') {
        return null;
      }
      gap = 0;
      at += 2;
    }
    while (at < to) {
      var start = at;
      var value = 0;
      while (at < to && at - start < 4 && Ascii.hex(text.charAt(at)) >= 0) {
        value = (value << 4) | Ascii.hex(text.charAt(at));
        at++;
      }
      if (at < to && text.charAt(at) == '.') {
        var tail = ipv4(text, start, to);
        if (tail == null || groups > GROUPS - 2) {
          return null;
        }
        System.arraycopy(tail, 0, address, 2 * groups, OCTETS);
        groups += 2;
        break;
      }
      if (at == start || groups == GROUPS) {
        return null;
      }
      address[2 * groups] = (byte) (value >> 8);
      address[2 * groups + 1] = (byte) value;
      groups++;
      if (at == to) {
        break;
      }
      if (text.charAt(at) != ':' || at + 1 == to) {
        return null;
      }
      at++;
      if (text.charAt(at) == ':') {
        if (gap >= 0) {
          return null;
        }
        gap = groups;
        at++;
      }
    }
    if (gap < 0) {
      return groups == GROUPS ? address : null;
    }
    return groups < GROUPS ? spread(address, gap, groups) : null;
  }

  /// The four bytes inside an IPv4-mapped address, else the address itself.
  static byte[] unwrapped(byte[] address) {
    if (address.length != 2 * GROUPS || address[10] != -1 || address[11] != -1) {
      return address;
    }
    for (var i = 0; i < 10; i++) {
      if (address[i] != 0) {
        return address;
      }
    }
    return Arrays.copyOfRange(address, 12, 16);
  }

  /// Dotted quad, or RFC 5952 without brackets.
  static String print(byte[] address) {
    return address.length == OCTETS ? quad(address) : groups(address);
  }

  private static byte[] spread(byte[] address, int gap, int groups) {
    var tail = 2 * (groups - gap);
    System.arraycopy(address, 2 * gap, address, address.length - tail, tail);
    Arrays.fill(address, 2 * gap, address.length - tail, (byte) 0);
    return address;
  }

  private static String quad(byte[] address) {
    var text = new StringBuilder(15);
    for (var octet : address) {
      text.append(text.isEmpty() ? "" : ".").append(octet & 0xff);
    }
    return text.toString();
  }

  private static String groups(byte[] address) {
    var gap = -1;
    var gapLength = 1; // RFC 5952 4.2.2: a single zero group is not shortened
    var run = 0;
    for (var group = 0; group < GROUPS; group++) {
      run = group(address, group) == 0 ? run + 1 : 0;
      if (run > gapLength) {
        gap = group - run + 1;
        gapLength = run;
      }
    }
    var text = new StringBuilder(39);
    for (var group = 0; group < GROUPS; group++) {
      if (group == gap) {
        text.append("::");
        group += gapLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(address, group)));
    }
    return text.toString();
  }

  private static int group(byte[] address, int group) {
    return ((address[2 * group] & 0xff) << 8) | (address[2 * group + 1] & 0xff);
  }
}
