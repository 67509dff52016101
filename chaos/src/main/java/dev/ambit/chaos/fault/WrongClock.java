package dev.ambit.chaos.fault;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// F18: the wall clock of a proxy's machine steps, and steps back; the monotonic one does neither.
/// A step ahead is also what a machine sees that was suspended.
///
/// @param proxy which one, from 0
/// @param ahead negative: behind
record WrongClock(int proxy, Duration ahead) implements Fault {
  private static final List<Duration> STEPS =
      List.of(
          Duration.ofHours(1),
          Duration.ofHours(-1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(-1),
          Duration.ofSeconds(40));

  static Fault draw(Random random) {
    return new WrongClock(random.nextInt(2), STEPS.get(random.nextInt(STEPS.size())));
  }

  @Override
  public String id() {
    return "F18";
  }

  @Override
  public String what() {
    return "wall clock of proxy-"
        + (proxy + 1)
        + " steps "
        + ahead.abs().toSeconds()
        + " s "
        + (ahead.isNegative() ? "back" : "ahead");
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.PROXY, Hop.CLOCK);
  }

  @Override
  public void begin(Ground ground) throws IOException {
    ground.site().proxies().get(proxy).clock().set(ahead);
  }

  @Override
  public void clear(Ground ground) throws IOException {
    ground.site().proxies().get(proxy).clock().set(Duration.ZERO);
  }
}
