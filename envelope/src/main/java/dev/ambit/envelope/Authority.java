package dev.ambit.envelope;

/// Where a call goes: the one value that grant match, name resolution, certificate check,
/// credential, pool key and record all use (INV-2). The host is a lower-case LDH name without a
/// trailing dot, a strict dotted quad, or an IPv6 literal in RFC 5952 form inside brackets; nothing
/// else can be constructed.
public record Authority(Scheme scheme, String host, int port) {
  /// Parses `host[:port]`; without a port the scheme's default. Accepts no user, path, zone, escape
  /// or non-ASCII.
  public static Parsed<Authority> parse(Scheme scheme, CharSequence hostPort) {
    throw new UnsupportedOperationException();
  }

  /// Parses `host:port` as in CONNECT (RFC 9110 9.3.6): the port is required.
  public static Parsed<Authority> parseWithPort(Scheme scheme, CharSequence hostPort) {
    throw new UnsupportedOperationException();
  }

  /// Whether the host is an IP address rather than a name.
  public boolean isLiteral() {
    throw new UnsupportedOperationException();
  }

  /// As written in a Host header: the port only where it is not the scheme's default.
  public String hostHeader() {
    throw new UnsupportedOperationException();
  }

  /// As `scheme://host:port`, always with the port.
  @Override
  public String toString() {
    throw new UnsupportedOperationException();
  }
}
