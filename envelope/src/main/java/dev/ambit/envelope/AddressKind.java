package dev.ambit.envelope;

import java.util.Arrays;
import java.util.List;

/// What an IP address is for (IANA special-purpose registries), so that rules can say where a call
/// may go. An address that carries an IPv4 address inside is judged by that one too.
public enum AddressKind {
  /// Reachable by anyone.
  PUBLIC,
  /// RFC 1918 and unique local addresses.
  PRIVATE,
  /// Carrier-grade NAT, RFC 6598: other people's inside, or a cloud's.
  SHARED,
  LOOPBACK,
  LINK_LOCAL,
  /// Hands out the machine's own credentials.
  METADATA,
  MULTICAST,
  UNSPECIFIED,
  /// Documentation, benchmarking, broadcast, translation and tunnels, or not assigned.
  RESERVED;

  private static final List<Block> BLOCKS =
      List.of(
          // First match wins: the single addresses before the blocks that hold them.
          new Block("169.254.169.254/32", METADATA), // AWS, GCP, Azure and most others
          new Block("169.254.170.2/32", METADATA), // ECS task credentials
          new Block("169.254.170.23/32", METADATA), // EKS pod identity
          new Block("100.100.100.200/32", METADATA), // Alibaba
          new Block("168.63.129.16/32", METADATA), // Azure wire server
          new Block("192.0.0.192/32", METADATA), // Oracle
          new Block("0.0.0.0/8", UNSPECIFIED),
          new Block("10.0.0.0/8", PRIVATE),
          new Block("100.64.0.0/10", SHARED),
          new Block("127.0.0.0/8", LOOPBACK),
          new Block("169.254.0.0/16", LINK_LOCAL),
          new Block("172.16.0.0/12", PRIVATE),
          new Block("192.0.0.0/24", RESERVED),
          new Block("192.0.2.0/24", RESERVED),
          new Block("192.88.99.0/24", RESERVED),
          new Block("192.168.0.0/16", PRIVATE),
          new Block("198.18.0.0/15", RESERVED),
          new Block("198.51.100.0/24", RESERVED),
          new Block("203.0.113.0/24", RESERVED),
          new Block("224.0.0.0/4", MULTICAST),
          new Block("240.0.0.0/4", RESERVED),
          new Block("0.0.0.0/0", PUBLIC),
          new Block("fd00:ec2::254/128", METADATA), // AWS
          new Block("fd00:ec2::23/128", METADATA), // EKS pod identity
          new Block("fd20:ce::254/128", METADATA), // GCP
          new Block("::/128", UNSPECIFIED),
          new Block("::1/128", LOOPBACK),
          new Block("100::/64", RESERVED),
          new Block("2001::/23", RESERVED), // Teredo, benchmarking, ORCHID
          new Block("2001:db8::/32", RESERVED),
          new Block("2002::/16", RESERVED), // 6to4
          new Block("3fff::/20", RESERVED),
          new Block("2000::/3", PUBLIC),
          new Block("fc00::/7", PRIVATE),
          new Block("fe80::/10", LINK_LOCAL),
          new Block("ff00::/8", MULTICAST),
          new Block("::/0", RESERVED));

  private static final Cidr COMPATIBLE = Cidr.parse("::/96").orThrow();
  private static final Cidr TRANSLATED = Cidr.parse("::ffff:0:0:0/96").orThrow();
  private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96").orThrow();
  private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16").orThrow();
  private static final Cidr TEREDO = Cidr.parse("2001::/32").orThrow();

  /// Classifies 4 or 16 bytes; an IPv4-mapped address counts as the IPv4 address. Throws
  /// [IllegalArgumentException] for another length.
  public static AddressKind of(byte[] address) {
    if (address.length != 4 && address.length != 16) {
      throw new IllegalArgumentException("address: " + address.length + " bytes (expected: 4, 16)");
    }
    var bare = IpLiteral.unwrapped(address);
    var own = plain(bare);
    if (bare.length == 4 || (own != RESERVED && own != PUBLIC)) {
      return own;
    }
    return embedding(bare, own);
  }

  /// Whether no rule can admit it: whatever an envelope says, such an address is never dialled.
  public boolean never() {
    return this != PUBLIC && this != PRIVATE && this != SHARED;
  }

  /// The kind of the IPv4 address inside, where that is worse; NAT64 is the one way of reaching a
  /// public IPv4 address from a network without IPv4, so there the inner one decides alone.
  private static AddressKind embedding(byte[] address, AddressKind own) {
    if (NAT64.contains(address)) {
      return inner(address, 12, 0);
    }
    var inner = PUBLIC;
    if (COMPATIBLE.contains(address) || TRANSLATED.contains(address)) {
      inner = inner(address, 12, 0);
    } else if (SIX_TO_FOUR.contains(address)) {
      inner = inner(address, 2, 0);
    } else if (TEREDO.contains(address)) {
      var server = inner(address, 4, 0);
      inner = server == PUBLIC ? inner(address, 12, 0xff) : server;
    }
    return inner == PUBLIC ? own : inner;
  }

  private static AddressKind inner(byte[] address, int from, int mask) {
    var inner = Arrays.copyOfRange(address, from, from + 4);
    for (var i = 0; i < inner.length; i++) {
      inner[i] ^= (byte) mask;
    }
    return plain(inner);
  }

  private static AddressKind plain(byte[] address) {
    for (var block : BLOCKS) {
      if (block.cidr.contains(address)) {
        return block.kind;
      }
    }
    return RESERVED;
  }

  private record Block(Cidr cidr, AddressKind kind) {
    Block(String cidr, AddressKind kind) {
      this(Cidr.parse(cidr).orThrow(), kind);
    }
  }
}
