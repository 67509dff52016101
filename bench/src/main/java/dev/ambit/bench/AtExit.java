package dev.ambit.bench;

import dev.ambit.bench.subject.Site;

/// Ends what a site has started also when the run is stopped by a signal.
record AtExit(Thread hook) implements AutoCloseable {
  static AtExit of(Site site) {
    var hook = new Thread(site::close, "bench-end");
    Runtime.getRuntime().addShutdownHook(hook);
    return new AtExit(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // It runs already.
    }
  }
}
