package dev.ambit.proxy;

import dev.ambit.proxy.admin.Health;
import java.util.Optional;
import java.util.function.Supplier;

/// What the probes are told from the first moment on, also before there is a proxy to ask: what is
/// still waited for, in words of ours. Any thread.
final class Probes {
  private volatile String waitsFor = "waiting for identity";
  private volatile boolean started;
  private volatile Supplier<Optional<String>> objection = Optional::empty;

  /// For the admin port.
  Health health() {
    return new Health(this::notStarted, this::notReady);
  }

  /// From now on something else is waited for.
  void waitFor(String what) {
    waitsFor = what;
  }

  /// Everything needed for the first call has been there; from now on only `objection` can make the
  /// proxy unready.
  ///
  /// @param objection why no call would be judged now; empty when it would
  void started(Supplier<Optional<String>> objection) {
    this.objection = objection;
    started = true;
  }

  boolean started() {
    return started;
  }

  private Optional<String> notStarted() {
    return started ? Optional.empty() : Optional.of(waitsFor);
  }

  private Optional<String> notReady() {
    return started ? objection.get() : Optional.of(waitsFor);
  }
}
