package dev.ambit.proxy.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.model.OpaqueLimits;
import dev.ambit.proxy.testing.ManualTime;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An address stands for one name, for as long as somebody may still dial it.
class SyntheticAddressesTest {
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final ManualTime time = new ManualTime();
  private final Collection<String> known = new ArrayList<>();
  private final SyntheticAddresses addresses = addresses(3);

  @Test
  void everyNameHasOneOfEachFamilyThatLeadsBackToIt() {
    var db = addresses.of("db.test");
    assertThat(db).hasSize(2).doesNotContainAnyElementsOf(addresses.of("other.test"));
    for (var address : db) {
      assertThat(addresses.covers(address)).isTrue();
      assertThat(addresses.name(address)).isEqualTo("db.test");
    }
    assertThat(addresses.of("db.test")).isEqualTo(db);
    assertThat(addresses.size()).isEqualTo(2);
  }

  @Test
  void followsFromTheNameAlone() throws Exception {
    assertThat(addresses.of("db.test")).isEqualTo(addresses(9).of("db.test"));
    assertThat(addresses.of("db.test").getLast().getHostAddress()).startsWith("fdc9:4e17:a652:");
  }

  /// Two names with one hash.
  @Test
  void namesThatFallOnOneNumberGetTwo() {
    assertThat("Aa.test".hashCode()).isEqualTo("BB.test".hashCode());
    assertThat(addresses.of("Aa.test")).doesNotContainAnyElementsOf(addresses.of("BB.test"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "198.19.0.0, true",
    "198.19.255.255, true",
    "198.18.255.255, false",
    "198.20.0.0, false",
    "fdc9:4e17:a652::1, true",
    "fdc9:4e17:a652::ffff, true",
    "fdc9:4e17:a652::1:0, false",
    "fdc9:4e17:a653::1, false"
  })
  void coversItsTwoNetworksAndNoMore(String address, boolean covered) throws Exception {
    assertThat(addresses.covers(ip(address))).isEqualTo(covered);
    assertThat(addresses.name(ip("198.19.3.3"))).isNull();
  }

  @Test
  void givesNoAddressAwayThatMayStillBeDialled() {
    var first = addresses.of("a.test").getFirst();
    addresses.of("b.test");
    addresses.of("c.test");
    assertThat(addresses.of("d.test")).isEmpty();
    time.advance(KEPT.minusSeconds(1));
    assertThat(addresses.name(first)).isEqualTo("a.test");
    time.advance(Duration.ofSeconds(1));
    assertThat(addresses.of("d.test")).isNotEmpty();
    assertThat(addresses.of("a.test").getFirst()).isEqualTo(first);
    assertThat(addresses.size()).isEqualTo(3);
    assertThat(addresses.of("e.test")).isNotEmpty();
    assertThat(addresses.of("f.test")).isEmpty();
  }

  @Test
  void neverMoreThanItsBound() {
    var many = addresses(500);
    var given = new HashSet<InetAddress>();
    for (var name = 0; name < 600; name++) {
      given.addAll(many.of(name + ".test"));
    }
    assertThat(given).hasSize(1_000);
    assertThat(many.size()).isEqualTo(500);
  }

  @Test
  void knowsWhatWasNeverAskedForIfATargetHasIt() {
    var address = addresses(9).of("db.test").getFirst();
    assertThat(addresses.name(address)).isNull();
    known.add("db.test");
    assertThat(addresses.name(address)).isEqualTo("db.test");
  }

  private SyntheticAddresses addresses(int names) {
    return new SyntheticAddresses(
        () -> Set.copyOf(known), new OpaqueLimits(1, Duration.ofHours(1), names, KEPT), time);
  }

  private static InetAddress ip(String text) throws UnknownHostException {
    return List.of(InetAddress.getAllByName(text)).getFirst();
  }
}
