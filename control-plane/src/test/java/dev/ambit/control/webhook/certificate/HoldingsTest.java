package dev.ambit.control.webhook.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.spiffe.x509.Pem;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What becomes of the webhook's authority as time goes by.
class HoldingsTest {
  private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");
  private static final Duration TWO_THIRDS = Duration.ofHours(365 * 16);

  private final Holdings first = Holdings.next(Optional.empty(), START);

  @Test
  void anAuthorityIsMadeForAYearWhereThereIsNone() {
    assertThat(first.old()).isEmpty();
    assertThat(first.authority().certificate().getNotAfter().toInstant())
        .isEqualTo(START.plus(Duration.ofDays(365)));
  }

  @Test
  void itStaysUntilTwoThirdsOfItsLifeAndIsRenewedThen() {
    var renewAt = Holdings.renewAt(first.authority().certificate());
    assertThat(Duration.between(START, renewAt))
        .isBetween(TWO_THIRDS.minusMinutes(1), TWO_THIRDS.plusMinutes(1));
    assertThat(next(first, renewAt.minusMillis(1))).isEqualTo(first);
    var renewed = next(first, renewAt);
    assertThat(renewed.authority()).isNotEqualTo(first.authority());
    assertThat(renewed.old()).contains(first.authority().certificate());
  }

  @Test
  void theBundleHoldsOldAndNewWhileItRotatesAndTheNewOneAloneAfterwards() {
    var renewAt = Holdings.renewAt(first.authority().certificate());
    var renewed = next(first, renewAt);
    assertThat(Pem.readCertificates(renewed.bundle()))
        .containsExactly(renewed.authority().certificate(), first.authority().certificate());
    // An authority is valid from a minute before it was made.
    var over = renewAt.plus(Holdings.OVERLAP).minusSeconds(60);
    assertThat(next(renewed, over.minusSeconds(1))).isEqualTo(renewed);
    assertThat(Pem.readCertificates(next(renewed, over).bundle()))
        .containsExactly(renewed.authority().certificate());
  }

  @Test
  void oneThatHasExpiredIsNotCarriedOn() {
    var renewed = next(first, START.plus(Duration.ofDays(365)));
    assertThat(renewed.authority()).isNotEqualTo(first.authority());
    assertThat(renewed.old()).isEmpty();
  }

  @Test
  void aSecretGivesBackWhatWasPutIn() {
    var renewed = next(first, Holdings.renewAt(first.authority().certificate()));
    assertThat(renewed.data()).containsOnlyKeys("ca.crt", "ca.key", "old.crt");
    assertThat(Holdings.of(renewed.data())).contains(renewed);
    assertThat(first.data()).containsOnlyKeys("ca.crt", "ca.key");
    assertThat(Holdings.of(first.data())).contains(first);
  }

  @Test
  void whatIsNoAuthorityIsNothing() {
    assertThat(Holdings.of(Map.of())).isEmpty();
    assertThat(Holdings.of(Map.of("ca.crt", "eHg=", "ca.key", "eHg="))).isEmpty();
    var torn = first.data();
    torn.remove("ca.key");
    assertThat(Holdings.of(torn)).isEmpty();
  }

  @Test
  void nothingOfTheKeyIsShown() {
    assertThat(first.toString()).doesNotContain("PrivateKey", "PRIVATE");
  }

  private static Holdings next(Holdings present, Instant now) {
    return Holdings.next(Optional.of(present), now);
  }
}
