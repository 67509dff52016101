package dev.ambit.control.resources;

import dev.ambit.resources.Finding;
import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import dev.ambit.resources.ResourceSet;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The set of resources in force. A folder that does not read as a whole changes nothing: the last
/// good set stays, and [#stale] says so. Any thread may read; [#reload] is called by one.
public final class CurrentResources {
  private static final Logger LOG = LoggerFactory.getLogger(CurrentResources.class);

  private final Path folder;
  private final Function<Path, Reading> reader;
  private final Function<Path, String> fingerprint;
  private String lastPrint = "";
  private volatile State state;

  private CurrentResources(
      Path folder,
      Function<Path, Reading> reader,
      Function<Path, String> fingerprint,
      ResourceSet first) {
    this.folder = folder;
    this.fingerprint = fingerprint;
    this.reader = reader;
    this.state = new State(first, List.of());
  }

  /// Reads the folder for the first time, or says everything that is wrong with it.
  public static Start read(Path folder) {
    return read(folder, ResourceReader::read, Fingerprint::of);
  }

  static Start read(
      Path folder, Function<Path, Reading> reader, Function<Path, String> fingerprint) {
    return switch (reader.apply(folder)) {
      case Reading.Whole(var set) ->
          new Start.Ready(new CurrentResources(folder, reader, fingerprint, set));
      case Reading.Broken(var findings) -> new Start.Broken(findings);
    };
  }

  public ResourceSet current() {
    return state.set();
  }

  /// Whether the folder holds a broken set at this moment.
  public boolean stale() {
    return !state.findings().isEmpty();
  }

  /// What is wrong with the broken set that the folder holds; empty when it is not [#stale].
  public List<Finding> findings() {
    return state.findings();
  }

  /// Reads the folder again if anything in it changed, or it was broken. Findings are logged once,
  /// not at every look.
  public void reload() {
    var before = state;
    var print = fingerprint.apply(folder);
    if (print.equals(lastPrint) && !stale()) {
      return;
    }
    lastPrint = print;
    switch (reader.apply(folder)) {
      case Reading.Whole(var set) -> {
        if (!set.digest().equals(before.set().digest())) {
          LOG.info("resources: loaded set {} from {}", set.digest(), folder);
        } else if (stale()) {
          LOG.info("resources: set {} reads well again", set.digest());
        } else {
          return;
        }
        state = new State(set, List.of());
      }
      case Reading.Broken(var findings) -> {
        if (findings.equals(before.findings())) {
          return;
        }
        LOG.error(
            "resources: broken set refused, {} stays in force, {} findings",
            before.set().digest(),
            findings.size());
        findings.forEach(finding -> LOG.error("resources: {}", finding));
        state = new State(before.set(), findings);
      }
    }
  }

  private record State(ResourceSet set, List<Finding> findings) {
    State {
      findings = List.copyOf(findings);
    }
  }

  /// What came of the first reading.
  public sealed interface Start {
    record Ready(CurrentResources resources) implements Start {}

    record Broken(List<Finding> findings) implements Start {
      public Broken {
        findings = List.copyOf(findings);
      }
    }
  }
}
