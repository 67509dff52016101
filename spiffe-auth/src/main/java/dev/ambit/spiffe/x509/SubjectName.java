package dev.ambit.spiffe.x509;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/// A name that a certificate speaks for (RFC 5280 4.2.1.6, subject alternative name).
public sealed interface SubjectName {
  /// A DNS name of 1 to 253 ASCII characters; it is not checked further.
  record Dns(String name) implements SubjectName {
    public Dns {
      bound("dns", name, 253);
    }
  }

  /// An IPv4 or IPv6 address.
  record Ip(InetAddress address) implements SubjectName {}

  /// A URI of 1 to 2048 ASCII characters, as a SPIFFE ID is; it is not checked further.
  record Uri(String uri) implements SubjectName {
    public Uri {
      bound("uri", uri, 2048);
    }
  }

  private static void bound(String what, String text, int max) {
    if (text.isEmpty()
        || text.length() > max
        || !StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          what
              + ": "
              + text.length()
              + " characters (expected: 1 to "
              + max
              + " characters of ASCII)");
    }
  }
}
