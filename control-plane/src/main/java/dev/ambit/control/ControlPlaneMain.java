package dev.ambit.control;

import dev.ambit.control.config.Environment;
import dev.ambit.control.config.Settings;
import dev.ambit.control.webhook.InjectionWebhook;
import dev.ambit.control.webhook.WebhookEnvironment;
import dev.ambit.control.webhook.WebhookSettings;
import dev.ambit.resources.Finding;
import dev.ambit.resources.InjectionReader;
import dev.ambit.resources.InjectionReading;
import dev.ambit.resources.InjectionSettings;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/// The program, in one of two roles: settings from the environment, one line when it is ready, a
/// clean stop on SIGTERM.
public final class ControlPlaneMain {
  private static final int OK = 0;
  private static final int USAGE = 64;
  private static final int NO_IDENTITY = 69;
  private static final int CANNOT_START = 71;
  private static final String LOGBACK = "logback.configurationFile";
  private static final String LEVEL = "ambit.log.level";
  private static final String ROLE = "--role=";
  private static final String CONTROL_PLANE = "control-plane";
  private static final String WEBHOOK = "webhook";

  private ControlPlaneMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    var words = new ArrayList<>(List.of(arguments));
    var role = CONTROL_PLANE;
    if (!words.isEmpty() && words.getFirst().startsWith(ROLE)) {
      role = words.removeFirst().substring(ROLE.length());
    }
    if (!List.of(CONTROL_PLANE, WEBHOOK).contains(role)) {
      fail(USAGE, List.of("--role: " + role + " (expected: control-plane or webhook)"));
    }
    var webhook = role.equals(WEBHOOK);
    if (!words.isEmpty()) {
      System.exit(explain(words, webhook ? WebhookEnvironment.help() : Environment.help()));
    }
    if (webhook) {
      log("AMBIT_WEBHOOK_LOG_LEVEL");
      webhook();
    } else {
      log("AMBIT_CONTROL_LOG_LEVEL");
      controlPlane();
    }
  }

  private static void controlPlane() throws InterruptedException {
    switch (Environment.read(System.getenv())) {
      case Environment.Result.Wrong(var problems) -> fail(USAGE, problems);
      case Environment.Result.Read(var settings) -> run(settings);
    }
  }

  private static void webhook() throws InterruptedException {
    switch (WebhookEnvironment.read(System.getenv())) {
      case WebhookEnvironment.Result.Wrong(var problems) -> fail(USAGE, problems);
      case WebhookEnvironment.Result.Read(var settings) -> {
        switch (InjectionReader.read(settings.injection())) {
          case InjectionReading.Broken(var findings) ->
              fail(USAGE, findings.stream().map(Finding::toString).toList());
          case InjectionReading.Whole(var injection) -> run(settings, injection);
        }
      }
    }
  }

  private static void run(Settings settings) throws InterruptedException {
    try {
      var plane = ControlPlane.start(settings, InstantSource.system(), System::nanoTime);
      var ports = plane.ports();
      untilStopped(
          plane::close,
          String.format(
              Locale.ROOT,
              "ready: %s proxies=%d workloads=%d people=%d admin=%d",
              plane.id(),
              ports.proxies(),
              ports.workloads(),
              ports.people(),
              ports.admin()));
    } catch (Unusable unusable) {
      fail(USAGE, unusable.problems());
    } catch (IdentityUnavailable absent) {
      fail(NO_IDENTITY, List.of(sentence(absent)));
    } catch (IOException | UncheckedIOException failed) {
      fail(CANNOT_START, List.of(sentence(failed)));
    }
  }

  private static void run(WebhookSettings settings, InjectionSettings injection)
      throws InterruptedException {
    try {
      var webhook =
          InjectionWebhook.start(settings, injection, InstantSource.system(), System::nanoTime);
      untilStopped(
          webhook::close,
          String.format(
              Locale.ROOT, "ready: webhook=%d admin=%d", webhook.port(), webhook.adminPort()));
    } catch (IOException | UncheckedIOException failed) {
      fail(CANNOT_START, List.of(sentence(failed)));
    }
  }

  private static void untilStopped(Runnable close, String ready) throws InterruptedException {
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("ambit-stop")
                .unstarted(() -> {
                  close.run();
                  stopped.countDown();
                }));
    System.out.println(ready);
    System.out.flush();
    stopped.await();
  }

  /// Not the default name: a program that embeds the control plane has a configuration of its own.
  private static void log(String level) {
    if (System.getProperty(LOGBACK) == null) {
      var _ = System.setProperty(LOGBACK, "ambit-control-plane-logback.xml");
    }
    var wanted = System.getenv(level);
    if (wanted != null && System.getProperty(LEVEL) == null) {
      var _ = System.setProperty(LEVEL, wanted);
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

  private static int explain(List<String> words, String text) {
    var help = words.equals(List.of("--help"));
    (help ? System.out : System.err).print(text);
    return help ? OK : USAGE;
  }

  private static void fail(int code, List<String> problems) {
    problems.forEach(System.err::println);
    System.exit(code);
  }
}
