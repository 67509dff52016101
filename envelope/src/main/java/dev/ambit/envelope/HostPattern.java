package dev.ambit.envelope;

/// A host of a target: an exact host, or `*.example.com` for exactly one label more.
public record HostPattern(String text) {
  /// Parses a pattern; refuses a wildcard anywhere but as the whole first label, and hosts that
  /// [Authority] refuses.
  public static Parsed<HostPattern> parse(String text) {
    throw new UnsupportedOperationException();
  }

  public boolean matches(String host) {
    throw new UnsupportedOperationException();
  }

  /// Whether some host matches both; targets of one set must not share a host and port.
  public boolean overlaps(HostPattern other) {
    throw new UnsupportedOperationException();
  }
}
