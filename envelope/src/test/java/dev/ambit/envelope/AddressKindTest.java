package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every edge of every block that a call may, or may not, be sent to.
class AddressKindTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "::a9fe:a9fe"
      })
  void a024MetadataServicesAreNeverDialled(String address) {
    assertThat(of(address)).isEqualTo(AddressKind.METADATA);
    refusedByEveryRule(address);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.0, LOOPBACK",
    "127.255.255.255, LOOPBACK",
    "126.255.255.255, PUBLIC",
    "128.0.0.0, PUBLIC",
    "::1, LOOPBACK",
    "::2, UNSPECIFIED",
    "0.0.0.0, UNSPECIFIED",
    "0.255.255.255, UNSPECIFIED",
    "1.0.0.0, PUBLIC",
    "::, UNSPECIFIED"
  })
  void a025LoopbackAndUnspecified(String address, AddressKind kind) {
    assertThat(of(address)).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "::ffff:127.0.0.1, LOOPBACK",
    "::ffff:10.0.0.1, PRIVATE",
    "::ffff:8.8.8.8, PUBLIC",
    "::127.0.0.1, LOOPBACK",
    "::8.8.8.8, RESERVED",
    "::ffff:0:127.0.0.1, LOOPBACK",
    "64:ff9b::8.8.8.8, PUBLIC",
    "64:ff9b::10.0.0.1, PRIVATE",
    "64:ff9b::127.0.0.1, LOOPBACK",
    "64:ff9b:1::1, RESERVED",
    "2002:7f00:1::, LOOPBACK",
    "2002:a00:1::, PRIVATE",
    "2002:808:808::, RESERVED",
    "2001:0:7f00:1::, LOOPBACK",
    "2001:0:808:808:0:0:f5ff:fffe, PRIVATE",
    "2001:0:808:808:0:0:f7f7:f7f7, RESERVED"
  })
  void a027EmbeddedAddressesAreJudged(String address, AddressKind kind) {
    assertThat(of(address)).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "9.255.255.255, PUBLIC",
    "10.0.0.0, PRIVATE",
    "10.255.255.255, PRIVATE",
    "11.0.0.0, PUBLIC",
    "100.63.255.254, PUBLIC",
    "100.63.255.255, PUBLIC",
    "100.64.0.0, SHARED",
    "100.64.0.1, SHARED",
    "100.127.255.255, SHARED",
    "100.128.0.0, PUBLIC",
    "100.128.0.1, PUBLIC",
    "169.253.255.255, PUBLIC",
    "169.254.0.0, LINK_LOCAL",
    "169.254.255.255, LINK_LOCAL",
    "169.255.0.0, PUBLIC",
    "172.15.255.255, PUBLIC",
    "172.16.0.0, PRIVATE",
    "172.31.255.255, PRIVATE",
    "172.32.0.0, PUBLIC",
    "191.255.255.255, PUBLIC",
    "192.0.0.0, RESERVED",
    "192.0.0.255, RESERVED",
    "192.0.1.0, PUBLIC",
    "192.0.1.255, PUBLIC",
    "192.0.2.0, RESERVED",
    "192.0.2.255, RESERVED",
    "192.0.3.0, PUBLIC",
    "192.88.98.255, PUBLIC",
    "192.88.99.0, RESERVED",
    "192.88.100.0, PUBLIC",
    "192.167.255.255, PUBLIC",
    "192.168.0.0, PRIVATE",
    "192.168.255.255, PRIVATE",
    "192.169.0.0, PUBLIC",
    "198.17.255.255, PUBLIC",
    "198.18.0.0, RESERVED",
    "198.19.255.255, RESERVED",
    "198.20.0.0, PUBLIC",
    "198.51.99.255, PUBLIC",
    "198.51.100.0, RESERVED",
    "198.51.101.0, PUBLIC",
    "203.0.112.255, PUBLIC",
    "203.0.113.255, RESERVED",
    "203.0.114.0, PUBLIC",
    "223.255.255.255, PUBLIC",
    "224.0.0.0, MULTICAST",
    "239.255.255.255, MULTICAST",
    "240.0.0.0, RESERVED",
    "255.255.255.255, RESERVED",
    "fbff:ffff::, RESERVED",
    "fc00::, PRIVATE",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, PRIVATE",
    "fe00::, RESERVED",
    "fe7f::1, RESERVED",
    "fe80::, LINK_LOCAL",
    "febf:ffff::1, LINK_LOCAL",
    "fec0::1, RESERVED",
    "feff::1, RESERVED",
    "ff00::, MULTICAST",
    "ff02::1, MULTICAST",
    "100::1, RESERVED",
    "1fff::1, RESERVED",
    "2000::, PUBLIC",
    "2001:1ff:ffff::, RESERVED",
    "2001:200::, PUBLIC",
    "2001:db7:ffff::, PUBLIC",
    "2001:db8::1, RESERVED",
    "2001:db9::, PUBLIC",
    "2606:4700::1111, PUBLIC",
    "3ffe:ffff::, PUBLIC",
    "3fff::, RESERVED",
    "3fff:fff:ffff::, RESERVED",
    "3fff:1000::, PUBLIC",
    "4000::, RESERVED"
  })
  void a030EveryEdge(String address, AddressKind kind) {
    assertThat(of(address)).isEqualTo(kind);
  }

  @Test
  void rulesAdmitWhatTheySayAndNothingSpecial() {
    var block = Cidr.parse("10.1.0.0/16").orThrow();
    var only = new AddressRules(false, List.of(block));
    var inside = new AddressRules(true, List.of());
    assertThat(AddressRules.PUBLIC.admits(bytes("8.8.8.8"))).isTrue();
    assertThat(AddressRules.PUBLIC.admits(bytes("10.1.2.3"))).isFalse();
    assertThat(AddressRules.PUBLIC.admits(bytes("100.64.0.1"))).isFalse();
    assertThat(inside.admits(bytes("10.1.2.3"))).isTrue();
    assertThat(inside.admits(bytes("100.64.0.1"))).isTrue();
    assertThat(inside.admits(bytes("8.8.8.8"))).isTrue();
    assertThat(only.admits(bytes("10.1.2.3"))).isTrue();
    assertThat(only.admits(bytes("::ffff:10.1.2.3"))).isTrue();
    assertThat(only.admits(bytes("10.2.2.3"))).isFalse();
    assertThat(only.admits(bytes("8.8.8.8"))).isFalse();
    for (var special : List.of("127.0.0.1", "::1", "0.0.0.0", "224.0.0.1", "255.255.255.255")) {
      refusedByEveryRule(special);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, true",
    "127.0.0.1/32, true",
    "0.0.0.0/0, true",
    "::/0, true",
    "::1/128, true",
    "169.254.0.0/16, true",
    "fd00:ec2::254/128, true",
    "fe80::/64, true",
    "10.0.0.0/8, false",
    "8.0.0.0/8, false",
    "192.0.2.0/24, true",
    "168.63.129.16/32, true",
    "fd00::/8, false",
    "fd12::/16, false"
  })
  void blocksThatReachIntoTheMachineAreKnown(String block, boolean forbidden) {
    var rules = new AddressRules(false, List.of(Cidr.parse(block).orThrow()));
    assertThat(rules.forbidden().isPresent()).isEqualTo(forbidden);
  }

  @Test
  void refusesOtherLengths() {
    assertThatThrownBy(() -> AddressKind.of(new byte[5]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refusedByEveryRule(String address) {
    var everything = List.of(Cidr.parse("0.0.0.0/0").orThrow(), Cidr.parse("::/0").orThrow());
    assertThat(new AddressRules(true, List.of()).admits(bytes(address))).isFalse();
    assertThat(new AddressRules(true, everything).admits(bytes(address))).isFalse();
  }

  private static AddressKind of(String address) {
    return AddressKind.of(bytes(address));
  }

  private static byte[] bytes(String text) {
    var address =
        text.indexOf(':') < 0
            ? IpLiteral.ipv4(text, 0, text.length())
            : IpLiteral.ipv6(text, 0, text.length());
    if (address == null) {
      throw new AssertionError(text);
    }
    return address;
  }
}
