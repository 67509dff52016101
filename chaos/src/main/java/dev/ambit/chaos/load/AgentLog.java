package dev.ambit.chaos.load;

import dev.ambit.dev.record.Journal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What the agents and their orchestrator saw, written down as it happens. Thread-safe.
public final class AgentLog implements AutoCloseable {
  private final Journal journal;
  private final InstantSource clock = InstantSource.system();
  private final Map<String, Served> served = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();

  public AgentLog(Path file) {
    this.journal = Journal.open(file, clock);
  }

  /// The last call that the upstream answered by way of a proxy.
  private record Served(Instant began, Instant ended) {}

  Instant now() {
    return clock.instant();
  }

  /// A session that an answer named.
  ///
  /// @param asked when it was asked for the first time
  void opened(String session, Instant asked, Instant expires) {
    var facts = facts(session);
    facts.put("asked", asked.toString());
    facts.put("expires", expires.toString());
    journal.write("session_opened", facts);
  }

  void endAsked(String session) {
    journal.write("end_asked", facts(session));
  }

  void endConfirmed(String session) {
    journal.write("end_confirmed", facts(session));
  }

  void began(Ask ask, String session, String proxy) {
    calls.incrementAndGet();
    var facts = facts(session);
    facts.put("call", ask.id());
    facts.put("proxy", proxy);
    facts.put("kind", ask.kind().name());
    facts.put("method", ask.method());
    facts.put("path", ask.path());
    facts.put("granted", ask.granted());
    journal.write("call_began", facts);
  }

  void ended(Ask ask, String proxy, Instant began, Said said) {
    if (said.served() && ask.kind() == Ask.Kind.READ) {
      served.put(proxy, new Served(began, now()));
    }
    var facts = new LinkedHashMap<String, Object>();
    facts.put("call", ask.id());
    facts.put("outcome", said.outcome());
    facts.put("served", said.served());
    journal.write("call_ended", facts);
  }

  /// When the last ordinary call through a proxy that began after an instant was answered by the
  /// upstream.
  public Optional<Instant> servedSince(String proxy, Instant after) {
    return Optional.ofNullable(served.get(proxy))
        .filter(last -> !last.began().isBefore(after))
        .map(Served::ended);
  }

  /// Calls so far.
  public long calls() {
    return calls.get();
  }

  private static Map<String, Object> facts(String session) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("session", session);
    return facts;
  }

  @Override
  public void close() {
    journal.close();
  }
}
