package dev.ambit.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Whose calls a session judges.
class SeatTest {
  private static final Seat ALL = new Seat("spiffe://example.org/a", "");
  private static final Seat ONE = new Seat("spiffe://example.org/a", "pod-1");
  private static final Seat OTHER = new Seat("spiffe://example.org/a", "pod-2");
  private static final Seat STRANGER = new Seat("spiffe://example.org/b", "pod-1");

  @Test
  void aSessionOfAllPodsIsInForceAtEachAndWhereNoPodIsKnown() {
    assertThat(ALL.includes(ONE)).isTrue();
    assertThat(ALL.includes(ALL)).isTrue();
    assertThat(ALL.includes(STRANGER)).isFalse();
  }

  @Test
  void aSessionOfOnePodIsInForceThereAlone() {
    assertThat(ONE.includes(ONE)).isTrue();
    assertThat(ONE.includes(OTHER)).isFalse();
    assertThat(ONE.includes(ALL)).isFalse();
    assertThat(ONE.includes(STRANGER)).isFalse();
  }

  @Test
  void twoSessionsMeetWhereOneProxyServesBoth() {
    assertThat(ONE.overlaps(ALL)).isTrue();
    assertThat(ALL.overlaps(ONE)).isTrue();
    assertThat(ONE.overlaps(OTHER)).isFalse();
    assertThat(ONE.overlaps(STRANGER)).isFalse();
  }
}
