package dev.ambit.bench;

import dev.ambit.cli.Shell;
import java.util.Locale;

/// Tells on stderr what a long command does, with the seconds since it began.
final class Told {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Shell shell;
  private final long began = System.nanoTime();

  Told(Shell shell) {
    this.shell = shell;
  }

  void say(String what) {
    shell
        .err()
        .printf(
            Locale.ROOT, "bench %5d s  %s%n", (System.nanoTime() - began) / NANOS_PER_SECOND, what);
    shell.err().flush();
  }
}
