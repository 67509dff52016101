package dev.ambit.control;

import dev.ambit.control.config.Environment;
import dev.ambit.control.config.Settings;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/// The program: settings from the environment, one line when it is ready, a clean stop on SIGTERM.
public final class ControlPlaneMain {
  private static final int OK = 0;
  private static final int USAGE = 64;
  private static final int NO_IDENTITY = 69;
  private static final int CANNOT_START = 71;
  private static final String LOGBACK = "logback.configurationFile";

  private ControlPlaneMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length > 0) {
      System.exit(explain(arguments));
    }
    // Not the default name: a program that embeds the control plane has a configuration of its own.
    if (System.getProperty(LOGBACK) == null) {
      var _ = System.setProperty(LOGBACK, "ambit-control-plane-logback.xml");
    }
    switch (Environment.read(System.getenv())) {
      case Environment.Result.Wrong(var problems) -> fail(USAGE, problems);
      case Environment.Result.Read(var settings) -> run(settings);
    }
  }

  private static void run(Settings settings) throws InterruptedException {
    try {
      var plane = ControlPlane.start(settings, InstantSource.system(), System::nanoTime);
      var stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("ambit-stop")
                  .unstarted(() -> {
                    plane.close();
                    stopped.countDown();
                  }));
      var ports = plane.ports();
      System.out.printf(
          Locale.ROOT,
          "ready: %s proxies=%d workloads=%d people=%d admin=%d%n",
          plane.id(),
          ports.proxies(),
          ports.workloads(),
          ports.people(),
          ports.admin());
      System.out.flush();
      stopped.await();
    } catch (Unusable unusable) {
      fail(USAGE, unusable.problems());
    } catch (IdentityUnavailable absent) {
      fail(NO_IDENTITY, List.of(sentence(absent)));
    } catch (IOException | UncheckedIOException failed) {
      fail(CANNOT_START, List.of(sentence(failed)));
    }
  }

  /// What it says, and what the system said below it.
  private static String sentence(Exception failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    var said = String.valueOf(failure.getMessage());
    var below = root.getMessage() == null ? "" : root.getMessage().lines().findFirst().orElse("");
    return said.contains(below) ? said : said + ": " + below;
  }

  private static int explain(String[] arguments) {
    var help = arguments.length == 1 && arguments[0].equals("--help");
    (help ? System.out : System.err).print(Environment.help());
    return help ? OK : USAGE;
  }

  private static void fail(int code, List<String> problems) {
    problems.forEach(System.err::println);
    System.exit(code);
  }
}
