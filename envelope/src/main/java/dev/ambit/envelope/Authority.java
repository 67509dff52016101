package dev.ambit.envelope;

/// Where a call goes: the one value that grant match, name resolution, certificate check,
/// credential, pool key and record all use (INV-2). The host is a lower-case LDH name without a
/// trailing dot, a strict dotted quad, or an IPv6 literal in RFC 5952 form inside brackets; nothing
/// else can be constructed.
public record Authority(Scheme scheme, String host, int port) {
  private static final int PORT_MAX = 65_535;

  public Authority {
    if (!Host.parse(host).orThrow().equals(host)) {
      throw new IllegalArgumentException("host: not canonical (expected: lower case, RFC 5952)");
    }
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
  }

  /// Parses `host[:port]`; without a port the scheme's default. Accepts no user, path, zone, escape
  /// or non-ASCII.
  public static Parsed<Authority> parse(Scheme scheme, CharSequence hostPort) {
    return parse(scheme, hostPort, scheme.defaultPort());
  }

  /// Parses `host:port` as in CONNECT (RFC 9110 9.3.6): the port is required.
  public static Parsed<Authority> parseWithPort(Scheme scheme, CharSequence hostPort) {
    return parse(scheme, hostPort, 0);
  }

  /// Whether the host is an IP address rather than a name.
  public boolean isLiteral() {
    return Host.isLiteral(host);
  }

  /// The address of a literal host, 4 or 16 bytes of the caller's own. Throws
  /// [IllegalStateException] for a name.
  public byte[] address() {
    return Host.address(host);
  }

  /// As written in a Host header: the port only where it is not the scheme's default.
  public String hostHeader() {
    return port == scheme.defaultPort() ? host : host + ":" + port;
  }

  /// As `scheme://host:port`, always with the port.
  @Override
  public String toString() {
    return scheme.text() + "://" + host + ":" + port;
  }

  private static Parsed<Authority> parse(Scheme scheme, CharSequence text, int defaultPort) {
    var end = hostEnd(text);
    var port = end == text.length() ? defaultPort : port(text, end);
    if (port < 1) {
      return Parsed.malformed("port: missing or not a number (expected: 1 to 65535)");
    }
    return Host.parse(text, 0, end).then(host -> Parsed.ok(new Authority(scheme, host, port)));
  }

  /// Where the host ends: after the bracket, else at the first colon, so that a second one falls
  /// into the port and is refused there.
  private static int hostEnd(CharSequence text) {
    var bracketed = !text.isEmpty() && text.charAt(0) == '[';
    for (var i = 0; i < text.length(); i++) {
      if (bracketed && text.charAt(i) == ']') {
        return i + 1;
      }
      if (!bracketed && text.charAt(i) == ':') {
        return i;
      }
    }
    return text.length();
  }

  /// The port after the colon at `at`, or 0: one to five digits, no leading zero, not out of range.
  private static int port(CharSequence text, int at) {
    var digits = text.length() - at - 1;
    if (text.charAt(at) != ':' || digits < 1 || digits > 5 || text.charAt(at + 1) == '0') {
      return 0;
    }
    var port = 0;
    for (var i = at + 1; i < text.length(); i++) {
      if (!Ascii.digit(text.charAt(i))) {
        return 0;
      }
      port = port * 10 + (text.charAt(i) - '0');
    }
    return port > PORT_MAX ? 0 : port;
  }
}
