package dev.ambit.control.resources;

import dev.ambit.resources.Finding;
import dev.ambit.resources.Policy;
import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceSet;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The set of resources in force. A source that does not read as a whole changes nothing: the last
/// good set stays, and [#stale] says so. Any thread may read; [#reload] is called by one.
public final class CurrentResources {
  private static final Logger LOG = LoggerFactory.getLogger(CurrentResources.class);

  private static final ResourceSet NOTHING =
      new ResourceSet("", Map.of(), Map.of(), Map.of(), Policy.DEFAULT);

  private final ResourceSource source;
  private String lastPrint = "";
  private volatile State state;

  private CurrentResources(ResourceSource source, ResourceSet first) {
    this.source = source;
    this.state = new State(first, List.of());
  }

  /// Reads the source for the first time, or says everything that is wrong with it.
  public static Start read(ResourceSource source) {
    var first = source.read();
    source.taken(first);
    return switch (first) {
      case Reading.Whole(var set) -> new Start.Ready(new CurrentResources(source, set));
      case Reading.Broken(var findings) -> new Start.Broken(findings);
    };
  }

  /// The same where a set that is broken at the start is no reason to stop: nothing can be opened
  /// until it reads well, and nobody's session ends for it.
  public static CurrentResources begin(ResourceSource source) {
    return switch (read(source)) {
      case Start.Ready(var ready) -> ready;
      case Start.Broken(var findings) -> {
        findings.forEach(finding -> LOG.error("resources: {}", finding));
        var empty = new CurrentResources(source, NOTHING);
        empty.state = new State(NOTHING, findings);
        yield empty;
      }
    };
  }

  /// Whether a set was read well since the start.
  public boolean known() {
    return !state.set().digest().isEmpty();
  }

  public ResourceSet current() {
    return state.set();
  }

  /// Whether the source holds a broken set at this moment.
  public boolean stale() {
    return !state.findings().isEmpty();
  }

  /// What is wrong with the broken set that the source holds; empty when it is not [#stale].
  public List<Finding> findings() {
    return state.findings();
  }

  /// Reads the source again if anything in it changed, or it was broken. Findings are logged once,
  /// not at every look.
  public void reload() {
    var before = state;
    var print = source.fingerprint();
    if (print.equals(lastPrint) && !stale()) {
      return;
    }
    lastPrint = print;
    var reading = source.read();
    source.taken(reading);
    switch (reading) {
      case Reading.Whole(var set) -> {
        if (!set.digest().equals(before.set().digest())) {
          LOG.info("resources: loaded set {} from {}", set.digest(), source.name());
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
