package dev.ambit.dev.set;

import dev.ambit.dev.process.Child;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// One process of a set, recognisable later: a process identifier alone may be used again.
///
/// @param startedAt when the system says that it began
public record Member(String name, long pid, Instant startedAt) {
  static Member of(Child child) {
    var handle = child.process().toHandle();
    return new Member(
        child.name(), handle.pid(), handle.info().startInstant().orElse(Instant.EPOCH));
  }

  /// Whether this very process runs.
  public boolean runs() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .flatMap(handle -> handle.info().startInstant())
        .filter(startedAt::equals)
        .isPresent();
  }

  /// Asks it to end; nothing happens to another process of the same number.
  public void stop() {
    if (runs()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }
  }

  /// Ends it at once.
  public void kill() {
    if (runs()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  Map<String, Object> facts() {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("name", name);
    facts.put("pid", pid);
    facts.put("startedAt", startedAt.toString());
    return facts;
  }

  static Member of(Map<?, ?> facts) {
    return new Member(
        String.valueOf(facts.get("name")),
        Long.parseLong(String.valueOf(facts.get("pid"))),
        Instant.parse(String.valueOf(facts.get("startedAt"))));
  }
}
