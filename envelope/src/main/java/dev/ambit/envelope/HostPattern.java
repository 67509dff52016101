package dev.ambit.envelope;

import java.util.List;

/// A host of a target: an exact host, or `*.example.com` for exactly one label more.
public final class HostPattern {
  private static final String WILDCARD = "*.";

  /// Names that lead to the machine itself or to its metadata service (A024, A025).
  private static final List<HostPattern> FORBIDDEN =
      List.of(
          new HostPattern("localhost"),
          new HostPattern("*.localhost"),
          new HostPattern("localhost.localdomain"),
          new HostPattern("metadata"),
          new HostPattern("metadata.google.internal"),
          new HostPattern("metadata.goog"),
          new HostPattern("instance-data"),
          new HostPattern("instance-data.ec2.internal"));

  private final String text;

  private HostPattern(String text) {
    this.text = text;
  }

  /// Parses a pattern; refuses a wildcard anywhere but as the whole first label, and hosts that
  /// [Authority] refuses.
  public static Parsed<HostPattern> parse(String text) {
    if (!text.startsWith(WILDCARD)) {
      return Host.parse(text).then(host -> Parsed.ok(new HostPattern(host)));
    }
    return Host.parse(text, WILDCARD.length(), text.length())
        .then(host ->
            Host.isLiteral(host)
                ? Parsed.malformed("host: wildcard before an address (expected: a name)")
                : Parsed.ok(new HostPattern(WILDCARD + host)));
  }

  /// In canonical spelling.
  public String text() {
    return text;
  }

  /// Whether it stands for more than one host.
  public boolean isWildcard() {
    return text.startsWith(WILDCARD);
  }

  /// Whether it is an address rather than a name.
  public boolean isLiteral() {
    return Host.isLiteral(text());
  }

  /// What stands behind the first label's dot of a wildcard, else the whole host.
  public String suffix() {
    return isWildcard() ? text.substring(WILDCARD.length()) : text;
  }

  /// Whether it is that host; hosts are in the canonical spelling of [Authority].
  public boolean matches(String host) {
    if (!isWildcard()) {
      return text.equals(host);
    }
    var dot = host.indexOf('.');
    // Compared from the dot on: the first label can be anything but empty.
    return dot > 0
        && host.length() - dot == text.length() - 1
        && host.regionMatches(dot, text, 1, text.length() - 1)
        && !Host.isLiteral(host);
  }

  /// Whether some host matches both; targets of one set must not share a host and port.
  public boolean overlaps(HostPattern other) {
    return isWildcard() == other.isWildcard()
        ? text.equals(other.text)
        : isWildcard() ? matches(other.text) : other.matches(text);
  }

  /// Whether it leads to the machine itself, its link or its metadata service, by name or address;
  /// such a target is refused, although the address rules would not follow it.
  public boolean forbidden() {
    if (!isWildcard() && Host.isLiteral(text)) {
      return AddressKind.of(Host.address(text)).never();
    }
    return FORBIDDEN.stream().anyMatch(this::overlaps);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HostPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
