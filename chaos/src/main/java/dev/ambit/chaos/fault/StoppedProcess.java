package dev.ambit.chaos.fault;

import dev.ambit.chaos.site.Signals;
import dev.ambit.chaos.site.Site;
import java.io.IOException;
import java.util.Random;
import java.util.Set;

/// F14: a process gets no processor at all for a while (SIGSTOP, SIGCONT).
///
/// @param proxy which one, from 0; negative: the control plane
record StoppedProcess(int proxy) implements Fault {
  static Fault draw(Random random) {
    return new StoppedProcess(random.nextInt(3) - 1);
  }

  @Override
  public String id() {
    return "F14";
  }

  @Override
  public String what() {
    return (proxy < 0 ? "control plane" : "proxy-" + (proxy + 1)) + " stopped (SIGSTOP)";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(proxy < 0 ? Hop.CONTROL : Hop.PROXY);
  }

  @Override
  public void begin(Ground ground) throws IOException {
    Signals.send("STOP", process(ground.site()));
  }

  @Override
  public void clear(Ground ground) throws IOException {
    Signals.send("CONT", process(ground.site()));
  }

  private Process process(Site site) {
    return proxy < 0 ? site.controlPlane() : site.proxies().get(proxy).process();
  }
}
