package dev.ambit.chaos;

import dev.ambit.chaos.site.Site;
import java.io.IOException;

/// Ends what a site has started also when the run is stopped by a signal.
record AtExit(Thread hook) implements AutoCloseable {
  static AtExit of(Site site) {
    var hook = new Thread(() -> end(site), "chaos-end");
    Runtime.getRuntime().addShutdownHook(hook);
    return new AtExit(hook);
  }

  private static void end(Site site) {
    try {
      site.close();
    } catch (IOException _) {
      // The processes end with this one in any case: they hold its stdin.
    }
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
