package dev.ambit.envelope;

/// A block of IP addresses, compared bit by bit.
public record Cidr(String text) {
  public static Parsed<Cidr> parse(String text) {
    throw new UnsupportedOperationException();
  }

  /// Whether the block holds the address (4 or 16 bytes; an IPv4-mapped IPv6 address counts as
  /// IPv4).
  public boolean contains(byte[] address) {
    throw new UnsupportedOperationException();
  }
}
