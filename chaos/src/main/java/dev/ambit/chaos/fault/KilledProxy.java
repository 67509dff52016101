package dev.ambit.chaos.fault;

import java.io.IOException;
import java.util.Random;
import java.util.Set;

/// F04 and F21: a proxy is killed, or asked to end while calls run, and started again on its
/// folder.
///
/// @param number which one, from 0
/// @param asked true: SIGTERM, false: SIGKILL
record KilledProxy(int number, boolean asked) implements Fault {
  static Fault killed(Random random) {
    return new KilledProxy(random.nextInt(2), false);
  }

  static Fault asked(Random random) {
    return new KilledProxy(random.nextInt(2), true);
  }

  @Override
  public String id() {
    return asked ? "F21" : "F04";
  }

  @Override
  public String what() {
    return "proxy-"
        + (number + 1)
        + (asked ? " asked to end (SIGTERM)" : " killed (SIGKILL)")
        + " and started again";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.PROXY);
  }

  @Override
  public void begin(Ground ground) {
    var proxy = ground.site().proxies().get(number);
    if (asked) {
      proxy.stop();
    } else {
      proxy.kill();
    }
  }

  @Override
  public void clear(Ground ground) throws IOException {
    ground.site().proxies().get(number).restart();
  }
}
