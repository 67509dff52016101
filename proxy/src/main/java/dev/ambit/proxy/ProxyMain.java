package dev.ambit.proxy;

import dev.ambit.proxy.config.Config;
import dev.ambit.proxy.config.ConfigReader;
import dev.ambit.proxy.config.Key;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The proxy as a program: settings from the environment, always the production rules. Prints one
/// line when it is ready; drains on SIGTERM, and ends with whoever started it if it is told to.
public final class ProxyMain {
  private static final int OK = 0;
  private static final int USAGE = 64;
  private static final int NO_IDENTITY = 69;
  private static final int BROKEN = 70;
  private static final int CANNOT_START = 71;

  /// Longest wait for a control plane to note that the proxy stops.
  private static final Duration LEAVE_MAX = Duration.ofSeconds(2);

  private static final String UNTIL_STDIN_ENDS = "--until-stdin-ends";
  private static final String LOGBACK = "logback.configurationFile";

  private ProxyMain() {}

  public static void main(String[] arguments) {
    if (arguments.length == 1 && arguments[0].equals(UNTIL_STDIN_ENDS)) {
      Thread.ofPlatform().daemon().name("ambit-parent").start(() -> awaitEnd(System.in));
    } else if (arguments.length > 0) {
      System.exit(explain(arguments));
    }
    // Not the default name: a program that embeds the proxy has a configuration of its own.
    if (System.getProperty(LOGBACK) == null) {
      var _ = System.setProperty(LOGBACK, "ambit-proxy-logback.xml");
    }
    Logger.getLogger("").setLevel(Level.WARNING); // java-spiffe writes to java.util.logging
    switch (ConfigReader.read(System.getenv())) {
      case ConfigReader.Reading.Refused(var errors) -> {
        errors.forEach(System.err::println);
        System.exit(USAGE);
      }
      case ConfigReader.Reading.Read(Config config) -> run(config);
    }
  }

  /// Whoever holds the other end is gone: even `kill -9` closes it.
  private static void awaitEnd(InputStream parent) {
    try {
      while (parent.read() >= 0) {
        // Nothing is ever said; only the end matters.
      }
    } catch (IOException _) {
      // As good as the end.
    }
    System.exit(OK);
  }

  private static void run(Config config) {
    Thread.currentThread().setUncaughtExceptionHandler((_, thrown) -> broken(thrown));
    try {
      var proxy = Proxy.start(config, Surroundings.production(version(), new SecureRandom()));
      var stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stop(proxy, config, stopped), "ambit-stop"));
      announce(proxy, stopped);
      stopped.await();
    } catch (IdentityUnavailable absent) {
      fail(NO_IDENTITY, absent);
    } catch (IOException failed) {
      fail(CANNOT_START, failed);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Says so once calls can be judged; whoever started the process waits for the line.
  private static void announce(Proxy proxy, CountDownLatch stopped) throws InterruptedException {
    while (!proxy.started()) {
      if (stopped.await(20, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    System.out.println(
        "ready proxy=" + text(proxy.address()) + " metrics=" + text(proxy.adminAddress()));
    System.out.flush();
  }

  private static String text(InetSocketAddress address) {
    var ip = address.getAddress().getHostAddress();
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
  }

  private static void stop(Proxy proxy, Config config, CountDownLatch stopped) {
    try {
      var drained = proxy.drain(config.drain()).toCompletableFuture();
      var _ = drained.completeOnTimeout(null, slack(config.drain()), TimeUnit.MILLISECONDS).join();
      var _ = proxy.detach(LEAVE_MAX).toCompletableFuture().join();
    } finally {
      proxy.close();
      stopped.countDown();
    }
  }

  private static long slack(Duration drain) {
    return drain.plusSeconds(2).toMillis();
  }

  private static void fail(int code, Exception failed) {
    System.err.println(failed.getMessage());
    System.exit(code);
  }

  /// What nobody planned: a defect of the program or of how it was put together. What was opened is
  /// closed by now.
  private static void broken(Throwable thrown) {
    System.err.println("proxy: broken: " + thrown + " (expected: never)");
    thrown.printStackTrace(System.err);
    System.exit(BROKEN);
  }

  private static String version() {
    return Optional.ofNullable(ProxyMain.class.getPackage().getImplementationVersion())
        .orElse("unpackaged");
  }

  private static int explain(String[] arguments) {
    var help = arguments.length == 1 && arguments[0].equals("--help");
    (help ? System.out : System.err).print(usage());
    return help ? OK : USAGE;
  }

  /// What `--help` prints.
  static String usage() {
    var text = new StringBuilder();
    text.append(
        "Usage: ambit-proxy [" + UNTIL_STDIN_ENDS + "]   (settings are environment variables)\n\n");
    for (var key : Key.values()) {
      text.append(key.line()).append('\n');
    }
    text.append(
        """

        Prints "ready proxy=IP:PORT metrics=IP:PORT" once calls can be judged. Logs go to stderr.
        SIGTERM: no new connections, running calls may end, then everything is let go of.
        With --until-stdin-ends also when standard input ends: for a parent that must not leave it behind.

        Exit codes: 0 stopped, 64 wrong settings, 69 no identity from the Workload API,
        70 the program is broken, 71 a file, folder or port cannot be used. On a signal the code is 128 plus its number.
        """);
    return text.toString();
  }
}
