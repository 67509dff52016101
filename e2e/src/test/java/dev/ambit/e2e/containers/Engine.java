package dev.ambit.e2e.containers;

import dev.ambit.dev.machine.Ran;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.Programs;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;

/// The container engine of the tests, for their images and containers alone; it ends with the test
/// that started it.
final class Engine implements Closeable {
  /// On every container that tests make, with the process that made it.
  static final String LABEL = "dev.ambit.e2e";

  /// Where Docker's own clients, Testcontainers' too, look for an engine.
  private static final String HOST = "DOCKER_HOST";

  private static final Duration SCRIPT_MAX = Duration.ofMinutes(10);

  private static final List<String> INHERITED = List.of("AMBIT_TOOLS", "XDG_CACHE_HOME");

  private final String host;
  private final boolean ours;

  private Engine(String host, boolean ours) {
    this.host = host;
    this.ours = ours;
  }

  /// Starts it unless it runs, and removes what a test left in it that was killed.
  static Engine open() {
    var ours = engine("answers").exit() != 0;
    var engine = new Engine(engine("up").done().strip(), ours);
    System.setProperty(HOST, engine.host);
    engine.removeOrphans();
    // What builds left behind: the newest makes the next one quick, the others only fill the disk.
    engine.docker("image", "prune", "--force", "--filter", "until=2h").done();
    return engine;
  }

  private static Ran engine(String word) {
    return User.ROOT.with(environment()).run(script("e2e/containers/engine"), word);
  }

  private static String script(String path) {
    return Programs.tree().resolve(path).toString();
  }

  private static Map<String, String> environment() {
    var environment = new HashMap<>(Map.of("HOME", System.getProperty("user.home")));
    for (var name : INHERITED) {
      var value = System.getenv(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    return environment;
  }

  private void removeOrphans() {
    var all = docker("ps", "-aq", "--filter", "label=" + LABEL, "--format", format()).done();
    for (var line : all.lines().toList()) {
      var words = line.split(" ", 2);
      if (ProcessHandle.of(Long.parseLong(words[1])).isEmpty()) {
        docker("rm", "-f", words[0]).done();
      }
    }
  }

  private static String format() {
    return "{{.ID}} {{.Label \"" + LABEL + "\"}}";
  }

  /// Runs `docker` against it.
  Ran docker(String... words) {
    var command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(words));
    return user().run(command);
  }

  /// Runs a script of the tree against it, which takes minutes where the machine is busy.
  ///
  /// @param folder where it may write down what it says
  Ran run(Path folder, String script, List<String> words) {
    var command = new ArrayList<>(List.of(script(script)));
    command.addAll(words);
    try (var running = user().start("script", folder, command)) {
      return new Ran(running.awaitExit(SCRIPT_MAX), running.out(), running.log());
    }
  }

  private User user() {
    return User.ROOT
        .with(environment())
        .with(HOST, host)
        .with("JAVA_HOME", System.getProperty("java.home"));
  }

  /// The first process of a container, as this machine counts.
  static long process(String container) {
    var state = DockerClientFactory.lazyClient().inspectContainerCmd(container).exec().getState();
    var process = state.getPidLong();
    if (process == null || process == 0) {
      throw new AssertionError(container + ": " + state + " (expected: it runs)");
    }
    return process;
  }

  @Override
  public void close() {
    if (ours) {
      engine("down").done();
    }
  }
}
