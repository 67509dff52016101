package dev.ambit.chaos.fault;

import dev.ambit.chaos.site.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;

/// F15: a proxy may open no descriptor beyond those it has (RLIMIT_NOFILE).
///
/// @param proxy which one, from 0
record FewDescriptors(int proxy) implements Fault {
  private static final String USUAL = "4096";

  static Fault draw(Random random) {
    return new FewDescriptors(random.nextInt(2));
  }

  @Override
  public String id() {
    return "F15";
  }

  @Override
  public String what() {
    return "proxy-" + (proxy + 1) + " can open no more descriptors";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.PROXY);
  }

  @Override
  public void begin(Ground ground) throws IOException {
    var process = ground.site().proxies().get(proxy).process();
    try (var open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
      Signals.limit(process, "nofile", Long.toString(open.count()));
    }
  }

  @Override
  public void clear(Ground ground) throws IOException {
    Signals.limit(ground.site().proxies().get(proxy).process(), "nofile", USUAL);
  }
}
