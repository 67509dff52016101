package dev.ambit.control;

import dev.ambit.control.config.Environment;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The program: settings from the environment, one line when it is ready, a clean stop on SIGTERM.
public final class ControlPlaneMain {
  private static final int EXIT_FAILED = 1;
  private static final String LOGBACK = "logback.configurationFile";

  private ControlPlaneMain() {}

  /// Exits 0 after SIGTERM, 64 when settings or resources cannot be used, 1 when it cannot start.
  public static void main(String[] arguments) throws InterruptedException {
    // Not the default name: a program that embeds the control plane has a configuration of its own.
    if (System.getProperty(LOGBACK) == null) {
      var _ = System.setProperty(LOGBACK, "ambit-control-plane-logback.xml");
    }
    var code = run(arguments, System.getenv(), System.out, System.err);
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int run(
      String[] arguments, Map<String, String> environment, PrintStream out, PrintStream err)
      throws InterruptedException {
    if (arguments.length > 0) {
      var help = arguments.length == 1 && arguments[0].equals("--help");
      (help ? out : err).print(Environment.help());
      return help ? 0 : Environment.EXIT_USAGE;
    }
    return switch (Environment.read(environment)) {
      case Environment.Result.Wrong(var problems) -> usage(problems, err);
      case Environment.Result.Read(var settings) -> {
        try {
          var plane = ControlPlane.start(settings, InstantSource.system(), System::nanoTime);
          var stopped = new CountDownLatch(1);
          Runtime.getRuntime()
              .addShutdownHook(
                  Thread.ofPlatform()
                      .name("stop")
                      .unstarted(() -> {
                        plane.close();
                        stopped.countDown();
                      }));
          var ports = plane.ports();
          out.printf(
              Locale.ROOT,
              "ready: %s proxies=%d workloads=%d people=%d admin=%d%n",
              plane.id(),
              ports.proxies(),
              ports.workloads(),
              ports.people(),
              ports.admin());
          out.flush();
          stopped.await();
          yield 0;
        } catch (Unusable unusable) {
          yield usage(unusable.problems(), err);
        } catch (IdentityUnavailable | IOException failure) {
          err.println(failure.getMessage());
          yield EXIT_FAILED;
        }
      }
    };
  }

  private static int usage(List<String> problems, PrintStream err) {
    problems.forEach(err::println);
    return Environment.EXIT_USAGE;
  }
}
