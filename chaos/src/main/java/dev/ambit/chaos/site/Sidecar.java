package dev.ambit.chaos.site;

import dev.ambit.dev.process.Child;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.ProxyPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// One proxy of the site, on the same ports and folders however often it is started, the wire
/// between it and the control plane, and the wall clock it goes by.
public final class Sidecar {
  private static final long END_MAX_SECONDS = 30;

  private final EmbeddedSet set;
  private final Path trust;
  private final Wire control;
  private final WallClock clock;
  private volatile Child child;
  private volatile boolean meantToRun = true;

  private Sidecar(EmbeddedSet set, Path trust, Wire control, WallClock clock, Child child) {
    this.set = set;
    this.trust = trust;
    this.control = control;
    this.clock = clock;
    this.child = child;
  }

  /// Starts it; ready soon after.
  static Sidecar start(
      EmbeddedSet set, String name, int controlPort, Set<Integer> ports, List<String> more)
      throws IOException {
    var control = new Wire(name);
    control.leadTo(controlPort);
    var trust = set.plan().folder().resolve("trust-" + name);
    var clock = WallClock.at(set.plan().folder().resolve("clock-" + name));
    var child = set.startProxy(name, trust, control.port(), ports, more, clock.environment());
    return new Sidecar(set, trust, control, clock, child);
  }

  public String name() {
    return child.name();
  }

  /// Where agents reach it; waits until it is attached.
  public ProxyPorts ports() {
    return EmbeddedSet.ports(child);
  }

  public Path authority() {
    return trust.resolve("ca.pem");
  }

  public Wire control() {
    return control;
  }

  public WallClock clock() {
    return clock;
  }

  public Process process() {
    return child.process();
  }

  /// Ends it at once.
  public void kill() {
    meantToRun = false;
    child.process().destroyForcibly();
  }

  /// Asks it to end.
  public void stop() {
    meantToRun = false;
    child.process().destroy();
  }

  /// Starts it again when it has ended, and waits until it is attached.
  public void restart() throws IOException {
    awaitEnd(child.process());
    clock.forget(child.process().pid());
    var ports = EmbeddedSet.ports(child);
    child = set.restart(child, List.of("port=" + ports.agents(), "admin=" + ports.admin()));
    var _ = child.ready();
    meantToRun = true;
  }

  /// When it has ended with the set: cuts its wire and leaves nothing behind.
  void close() throws IOException {
    control.close();
    clock.forget(child.process().pid());
  }

  /// Whether it has ended and nobody ended it.
  boolean fell() {
    return meantToRun && !child.process().isAlive();
  }

  /// Waits until a process has ended, and ends it when that takes too long.
  static void awaitEnd(Process process) throws IOException {
    try {
      if (!process.waitFor(END_MAX_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a process ends", interrupted);
    }
  }
}
