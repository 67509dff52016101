package dev.ambit.proxy.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Cidr;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Where no call may go (security.md 4.2), asked of the address that would be dialled.
class AddressPolicyTest {
  private static final AddressRules PRIVATE = new AddressRules(true, List.of());
  private static final AddressRules ALL =
      new AddressRules(
          true, List.of(Cidr.parse("0.0.0.0/0").orThrow(), Cidr.parse("::/0").orThrow()));

  @Test
  void a024a025NeverAdmitsLoopbackOrMetadataWhateverTheTargetSays() {
    for (var never :
        List.of(
            "127.0.0.1",
            "127.255.0.3",
            "0.0.0.0",
            "169.254.169.254",
            "169.254.170.2",
            "169.254.1.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254")) {
      for (var rules : List.of(AddressRules.PUBLIC, PRIVATE, ALL)) {
        assertThat(AddressPolicy.production().admits(at(never, 443), rules)).as(never).isFalse();
      }
    }
  }

  @Test
  void a027UnwrapsMappedAddresses() {
    for (var wrapped : List.of("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1")) {
      assertThat(AddressPolicy.production().admits(at(wrapped, 443), ALL)).as(wrapped).isFalse();
    }
  }

  @Test
  void a030AdmitsPrivateOnesOnlyWhereTheTargetSaysSo() {
    for (var inside : List.of("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1")) {
      assertThat(AddressPolicy.production().admits(at(inside, 443), AddressRules.PUBLIC))
          .as(inside)
          .isFalse();
      assertThat(AddressPolicy.production().admits(at(inside, 443), PRIVATE)).as(inside).isTrue();
    }
    for (var edge : List.of("100.63.255.254", "100.128.0.1", "93.184.216.34")) {
      assertThat(AddressPolicy.production().admits(at(edge, 443), AddressRules.PUBLIC)).isTrue();
    }
  }

  @Test
  void a033NeverAdmitsThePlaceWhereTheProxyListens() throws Exception {
    var pod = InetAddress.getByAddress(new byte[] {10, 1, 2, 3});
    var policy = AddressPolicy.production().except(Set.of(pod), Set.of(15_002));
    assertThat(policy.admits(at("10.1.2.3", 15_002), PRIVATE)).isFalse();
    assertThat(policy.admits(at("10.1.2.4", 15_002), PRIVATE)).isTrue();
    assertThat(policy.admits(at("10.1.2.3", 15_002), blocks("10.1.2.3/32"))).isFalse();
    var development =
        AddressPolicy.development(Set.of(15_002, 8_080)).except(Set.of(), Set.of(15_002));
    assertThat(development.admits(at("127.0.0.1", 15_002), PRIVATE)).isFalse();
    assertThat(development.admits(at("127.0.0.1", 8_080), PRIVATE)).isTrue();
  }

  @Test
  void a031AdmitsAnAddressOfItsOwnOnlyWhereATargetNamesExactlyThatOne() throws Exception {
    var own = Set.of(InetAddress.ofLiteral("10.1.2.3"), InetAddress.ofLiteral("fd12::3"));
    var policy = AddressPolicy.production().except(own, Set.of(15_002));
    for (var address : List.of("10.1.2.3", "::ffff:10.1.2.3", "fd12::3")) {
      assertThat(policy.admits(at(address, 443), PRIVATE)).as(address).isFalse();
      assertThat(policy.admits(at(address, 443), blocks("10.0.0.0/8", "fd12::/16")))
          .as(address)
          .isFalse();
      assertThat(policy.admits(at(address, 443), blocks("10.1.2.3/32", "fd12::3/128")))
          .as(address)
          .isTrue();
    }
  }

  @Test
  void a031AdmitsAReservedAddressOnlyWhereATargetNamesExactlyThatOne() throws Exception {
    var policy = AddressPolicy.production().reserving(Set.of(InetAddress.ofLiteral("10.250.0.7")));
    assertThat(policy.admits(at("10.250.0.7", 443), PRIVATE)).isFalse();
    assertThat(policy.admits(at("10.250.0.7", 443), blocks("10.250.0.0/24"))).isFalse();
    assertThat(policy.admits(at("10.250.0.8", 443), blocks("10.250.0.0/24"))).isTrue();
    assertThat(policy.admits(at("10.250.0.7", 443), blocks("10.250.0.7/32"))).isTrue();
  }

  @Test
  void admitsLoopbackInDevelopmentAtTheNamedPortsOnly() {
    var policy = AddressPolicy.development(Set.of(8_080));
    assertThat(policy.admits(at("127.0.0.1", 8_080), AddressRules.PUBLIC)).isTrue();
    assertThat(policy.admits(at("::1", 8_080), AddressRules.PUBLIC)).isTrue();
    assertThat(policy.admits(at("127.0.0.1", 8_081), AddressRules.PUBLIC)).isFalse();
    assertThat(policy.admits(at("169.254.169.254", 8_080), AddressRules.PUBLIC)).isFalse();
  }

  private static AddressRules blocks(String... blocks) {
    return new AddressRules(
        true, Stream.of(blocks).map(block -> Cidr.parse(block).orThrow()).toList());
  }

  private static InetSocketAddress at(String literal, int port) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(literal)), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(literal, e);
    }
  }
}
