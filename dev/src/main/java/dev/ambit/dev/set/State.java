package dev.ambit.dev.set;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.print.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The set that runs in the background, written down in one fixed place: `state.json`, and
/// `access`, where every command finds its control plane.
public final class State {
  private final Path folder;

  public State(Path folder) {
    this.folder = folder;
  }

  /// A set that was left running.
  ///
  /// @param kind `demo` or `up`
  /// @param run the folder of the set
  public record Running(
      String kind, Path run, ProxyPorts proxy, String agent, List<Member> members) {
    public Running {
      members = List.copyOf(members);
    }

    public Path trust() {
      return run.resolve("trust");
    }

    public boolean whole() {
      return members.stream().allMatch(Member::runs);
    }
  }

  /// Writes down a set that stays.
  public void write(String kind, EmbeddedSet set, ProxyPorts proxy) throws IOException {
    Files.createDirectories(folder);
    var facts = new LinkedHashMap<String, Object>();
    facts.put("kind", kind);
    facts.put("run", set.plan().folder().toString());
    facts.put("proxy", proxy.agents());
    facts.put("admin", proxy.admin());
    facts.put("agent", EmbeddedSet.AGENT);
    facts.put("members", set.members().stream().map(Member::facts).toList());
    Files.writeString(folder.resolve("state.json"), Json.pretty(facts) + "\n");
    var access = folder.resolve("access");
    Files.deleteIfExists(access);
    Files.createSymbolicLink(access, set.plan().access());
  }

  /// What is written down, whether or not it still runs.
  public Optional<Running> read() {
    var file = folder.resolve("state.json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Json.read(Files.readAllBytes(file))
          .filter(Map.class::isInstance)
          .map(facts -> running((Map<?, ?>) facts));
    } catch (IOException unreadable) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          file + ": cannot be read (" + unreadable.getMessage() + ")",
          unreadable);
    }
  }

  /// Only one set is kept at a time.
  public void refuseSecond() {
    read()
        .filter(running -> running.members().stream().anyMatch(Member::runs))
        .ifPresent(running -> {
          throw new Failure(
              ExitCode.CONFIGURATION,
              "a set is running already ("
                  + running.kind()
                  + ", "
                  + running.run()
                  + "); look at it with: ambit dev status, end it with: ambit dev down");
        });
  }

  /// Forgets it.
  public void clear() throws IOException {
    Files.deleteIfExists(folder.resolve("access"));
    Files.deleteIfExists(folder.resolve("state.json"));
  }

  private static Running running(Map<?, ?> facts) {
    var members =
        facts.get("members") instanceof List<?> list
            ? list.stream().map(member -> Member.of((Map<?, ?>) member)).toList()
            : List.<Member>of();
    return new Running(
        String.valueOf(facts.get("kind")),
        Path.of(String.valueOf(facts.get("run"))),
        new ProxyPorts(number(facts.get("proxy")), ProxyPorts.LOOPBACK, number(facts.get("admin"))),
        String.valueOf(facts.get("agent")),
        members);
  }

  private static int number(@org.jspecify.annotations.Nullable Object value) {
    return value instanceof Number number ? number.intValue() : 0;
  }
}
