package dev.ambit.dev.process;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.print.Json;
import dev.ambit.dev.machine.User;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One Java process that this one started. Starting returns at once; [#ready] waits for its line.
/// Its stderr goes to `<name>.log` in the run folder.
public final class Child {
  private static final Duration READY_MAX = Duration.ofSeconds(45);
  private static final int LOG_LINES = 12;

  private final Launch launch;
  private final Path log;
  private final Process process;
  private final CompletableFuture<Map<String, Object>> ready = new CompletableFuture<>();

  private Child(Launch launch, Path log, Process process) {
    this.launch = launch;
    this.log = log;
    this.process = process;
  }

  /// Starts `main` on the class path of this process, with a heap of at most 256 MiB.
  ///
  /// @param detached true: it lives on when this one ends
  public static Child start(
      String name, Class<?> main, List<String> settings, Path runFolder, boolean detached) {
    return start(name, main, List.of("-Xmx256m"), Map.of(), settings, runFolder, detached);
  }

  /// The same, within other bounds and surroundings.
  ///
  /// @param memory options of the virtual machine
  /// @param environment variables that it has beside those of this process
  /// @param detached true: it lives on when this process ends
  public static Child start(
      String name,
      Class<?> main,
      List<String> memory,
      Map<String, String> environment,
      List<String> settings,
      Path runFolder,
      boolean detached) {
    return start(
        new Launch(
            name, main, memory, environment, settings, runFolder, detached, Optional.empty()));
  }

  /// The same as somebody else, who may read the class path; it does not outlive this process.
  public static Child start(
      String name,
      Class<?> main,
      List<String> memory,
      List<String> settings,
      Path runFolder,
      User user) {
    return start(
        new Launch(name, main, memory, Map.of(), settings, runFolder, false, Optional.of(user)));
  }

  /// How it was started, to start it again.
  private record Launch(
      String name,
      Class<?> main,
      List<String> memory,
      Map<String, String> environment,
      List<String> settings,
      Path runFolder,
      boolean detached,
      Optional<User> user) {
    Launch {
      memory = List.copyOf(memory);
      environment = Map.copyOf(environment);
      settings = List.copyOf(settings);
    }
  }

  /// Starts the same program again; a setting that is given here replaces the one before.
  public Child again(List<String> settings) {
    var all = new ArrayList<>(launch.settings());
    all.addAll(settings);
    return start(
        new Launch(
            launch.name(),
            launch.main(),
            launch.memory(),
            launch.environment(),
            all,
            launch.runFolder(),
            launch.detached(),
            launch.user()));
  }

  private static Child start(Launch launch) {
    var name = launch.name();
    var log = launch.runFolder().resolve(name + ".log");
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dlogback.configurationFile=dev/ambit/dev/logback.xml"));
    words.addAll(launch.memory());
    if (launch.detached()) {
      words.add("-D" + Lifeline.DETACHED + "=true");
    }
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), launch.main().getName()));
    words.addAll(launch.settings());
    try {
      var builder =
          new ProcessBuilder(launch.user().map(user -> user.words(words)).orElse(words))
              .redirectError(Redirect.appendTo(log.toFile()))
              .redirectInput(
                  launch.detached() ? Redirect.from(new java.io.File("/dev/null")) : Redirect.PIPE);
      builder.environment().keySet().removeIf(Child::isProxyVariable);
      builder.environment().putAll(launch.environment());
      var child = new Child(launch, log, builder.start());
      // Reading a pipe would hold the carrier of a virtual thread as long as the child lives.
      Thread.ofPlatform().daemon().name("ready-" + name).start(child::listen);
      return child;
    } catch (IOException refused) {
      throw new Failure(
          ExitCode.CONFIGURATION, name + ": cannot be started: " + refused.getMessage(), refused);
    }
  }

  /// The caller's proxy is for the caller's calls, not for loopback between these processes.
  private static boolean isProxyVariable(String variable) {
    return variable.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }

  public String name() {
    return launch.name();
  }

  public Process process() {
    return process;
  }

  /// Waits for the line that says it serves, and returns what stands in it.
  public Map<String, Object> ready() {
    try {
      return ready.get(READY_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException _) {
      throw failed("not ready after " + READY_MAX.toSeconds() + " s");
    } catch (ExecutionException _) {
      throw failed("ended" + exitCode());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, name() + ": interrupted while starting", interrupted);
    }
  }

  private Failure failed(String how) {
    return new Failure(ExitCode.REFUSED, told(how));
  }

  /// Whether it runs, or how it ended, and what it logged last: for whoever did not expect it.
  public String fate() {
    return told(process.isAlive() ? "runs" : "ended" + exitCode());
  }

  private String told(String how) {
    return name() + ": " + how + "; the end of " + log + ": " + tail();
  }

  /// The system may know of the end a moment after its output closed.
  private String exitCode() {
    try {
      return process.waitFor(2, TimeUnit.SECONDS)
          ? " with exit code " + process.exitValue()
          : " its output";
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /// Asks it to end, and insists after two seconds.
  public void stop() {
    process.destroy();
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        var _ = process.destroyForcibly().waitFor(2, TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(Ready.PREFIX)) {
          ready.complete(facts(line.substring(Ready.PREFIX.length())));
        }
      }
    } catch (IOException _) {
      // The same as its end.
    }
    ready.completeExceptionally(new IOException(name() + " ended"));
  }

  @SuppressWarnings("unchecked") // The line is an object that Ready wrote.
  private static Map<String, Object> facts(String json) {
    return (Map<String, Object>)
        Json.read(json.getBytes(StandardCharsets.UTF_8)).orElseGet(Map::of);
  }

  private String tail() {
    try {
      var lines = Files.readAllLines(log).stream().map(String::strip).toList();
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException _) {
      return "(nothing)";
    }
  }
}
