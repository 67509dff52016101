package dev.ambit.chaos.fault;

import dev.ambit.chaos.site.Signals;
import dev.ambit.chaos.site.Site;
import java.io.IOException;
import java.util.Random;
import java.util.Set;

/// F16: no file of a process may grow (RLIMIT_FSIZE), as on a full disk: the spool of a proxy, or
/// the store with the audit trail.
///
/// @param proxy which one, from 0; negative: the control plane
record FullDisk(int proxy) implements Fault {
  static Fault draw(Random random) {
    return new FullDisk(random.nextInt(3) - 1);
  }

  @Override
  public String id() {
    return "F16";
  }

  @Override
  public String what() {
    return (proxy < 0 ? "store of the control plane" : "spool of proxy-" + (proxy + 1))
        + " cannot be written";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(proxy < 0 ? Hop.CONTROL : Hop.PROXY);
  }

  @Override
  public void begin(Ground ground) throws IOException {
    Signals.limit(process(ground.site()), "fsize", "0");
  }

  @Override
  public void clear(Ground ground) throws IOException {
    Signals.limit(process(ground.site()), "fsize", "unlimited");
  }

  private Process process(Site site) {
    return proxy < 0 ? site.controlPlane() : site.proxies().get(proxy).process();
  }
}
