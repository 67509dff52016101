package dev.ambit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.bench.load.Door;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// No minute holds more first visits of a subject than a proxy looks names up for.
class VisitsTest {
  private static final Door ONE = door(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Visits visits = new Visits();

  @Test
  void letsTwoSlicesBeginAtOnce() {
    assertThat(visits.nanosToWait(ONE, 0)).isZero();
    visits.ended(ONE, SECOND);
    assertThat(visits.nanosToWait(ONE, SECOND)).isZero();
  }

  @Test
  void letsTheThirdBeginAMinuteAfterTheFirstHasEnded() {
    visits.ended(ONE, SECOND);
    visits.ended(ONE, 5 * SECOND);
    assertThat(visits.nanosToWait(ONE, 6 * SECOND)).isEqualTo(55 * SECOND);
    assertThat(visits.nanosToWait(ONE, 90 * SECOND)).isZero();
    visits.ended(ONE, 62 * SECOND);
    assertThat(visits.nanosToWait(ONE, 62 * SECOND)).isEqualTo(3 * SECOND);
  }

  @Test
  void holdsUpNobodyElse() {
    visits.ended(ONE, SECOND);
    visits.ended(ONE, SECOND);
    assertThat(visits.nanosToWait(door(2), SECOND)).isZero();
  }

  private static Door door(int port) {
    return new Door(
        InetSocketAddress.createUnresolved("127.0.0.1", port), true, "host", 443, Path.of("ca"));
  }
}
