package dev.ambit.envelope;

/// A block of IP addresses, compared bit by bit. Written canonically: `192.0.2.0/24` or
/// `2001:db8::/32`, no bits set behind the prefix.
public final class Cidr {
  private final byte[] network;
  private final int prefix;

  private Cidr(byte[] network, int prefix) {
    this.network = network;
    this.prefix = prefix;
  }

  /// Parses `address/prefix`; an IPv6 spelling is mapped to RFC 5952, an IPv4-mapped block refused.
  public static Parsed<Cidr> parse(String text) {
    var slash = text.indexOf('/');
    var end = slash < 0 ? text.length() : slash;
    var address = IpLiteral.ipv4(text, 0, end);
    if (address == null) {
      address = IpLiteral.ipv6(text, 0, end);
    }
    if (address == null || IpLiteral.unwrapped(address).length != address.length) {
      return Parsed.malformed("cidr: no address before the slash (expected: IPv4 or IPv6)");
    }
    var prefix = prefix(text, slash);
    if (prefix < 0 || prefix > 8 * address.length) {
      return Parsed.malformed("cidr: no prefix length (expected: /0 to /32, or to /128 for IPv6)");
    }
    for (var bit = prefix; bit < 8 * address.length; bit++) {
      if (bit(address, bit) != 0) {
        return Parsed.malformed("cidr: bits set behind the prefix (expected: none)");
      }
    }
    return Parsed.ok(new Cidr(address, prefix));
  }

  /// Whether the block holds the address (4 or 16 bytes; an IPv4-mapped IPv6 address counts as
  /// IPv4).
  public boolean contains(byte[] address) {
    var bare = IpLiteral.unwrapped(address);
    return bare.length == network.length && agree(bare, prefix);
  }

  /// Whether the block is one address alone.
  public boolean single() {
    return prefix == 8 * network.length;
  }

  /// Whether some address is in both blocks.
  public boolean overlaps(Cidr other) {
    return other.network.length == network.length
        && agree(other.network, Math.min(prefix, other.prefix));
  }

  /// The first address of the block, 4 or 16 bytes of the caller's own.
  byte[] network() {
    return network.clone();
  }

  public String text() {
    return IpLiteral.print(network) + "/" + prefix;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cidr cidr && cidr.text().equals(text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  @Override
  public String toString() {
    return text();
  }

  private boolean agree(byte[] address, int bits) {
    var whole = bits / 8;
    for (var i = 0; i < whole; i++) {
      if (address[i] != network[i]) {
        return false;
      }
    }
    return bits % 8 == 0 || ((address[whole] ^ network[whole]) & 0xff) >> (8 - bits % 8) == 0;
  }

  private static int bit(byte[] address, int bit) {
    return (address[bit / 8] >> (7 - bit % 8)) & 1;
  }

  /// The number after the slash: one to three digits, no leading zero; -1 if there is none.
  private static int prefix(String text, int slash) {
    var digits = text.length() - slash - 1;
    if (slash < 0 || digits < 1 || digits > 3 || (digits > 1 && text.charAt(slash + 1) == '0')) {
      return -1;
    }
    var value = 0;
    for (var i = slash + 1; i < text.length(); i++) {
      if (!Ascii.digit(text.charAt(i))) {
        return -1;
      }
      value = value * 10 + (text.charAt(i) - '0');
    }
    return value;
  }
}
