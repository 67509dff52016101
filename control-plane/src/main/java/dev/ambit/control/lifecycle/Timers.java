package dev.ambit.control.lifecycle;

import dev.ambit.control.resources.CurrentResources;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.store.SessionTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;

/// Ends sessions whose time is up. [#tick] is called once a second by one thread; it blocks.
public final class Timers {
  /// Silence of all proxies of a seat after which it counts as gone, unless the API server knows
  /// better.
  public static final Duration SILENCE_MAX = Duration.ofSeconds(60);

  private final SessionTable table;
  private final Sessions sessions;
  private final CurrentResources resources;
  private final KnownPods pods;
  private final Duration reportMax;
  private final InstantSource clock;
  private final Instant ready;
  private String policyDigest = "";

  /// Counts silence from now at the earliest: before, nobody was there to hear.
  ///
  /// @param reportMax how late activity may be reported and written; idle time is judged by what
  ///   was true so long ago
  public Timers(
      SessionTable table,
      Sessions sessions,
      CurrentResources resources,
      KnownPods pods,
      Duration reportMax,
      InstantSource clock) {
    this.table = table;
    this.sessions = sessions;
    this.resources = resources;
    this.pods = pods;
    this.reportMax = reportMax;
    this.clock = clock;
    this.ready = clock.instant();
  }

  /// Looks once at everything that may have come due.
  public void tick() {
    var now = clock.instant();
    table.expired(now).forEach(id -> sessions.end(id, EndReason.EXPIRED, ""));
    table.idle(now.minus(reportMax)).forEach(id -> sessions.end(id, EndReason.IDLE, ""));
    var since = now.minus(SILENCE_MAX);
    if (!since.isBefore(ready)) {
      table.abandoned(since).stream()
          .filter(session -> !pods.anyLives(session.seat()))
          .forEach(session ->
              sessions.end(
                  session.id(),
                  EndReason.WORKLOAD_GONE,
                  "no proxy was heard for " + OrderCheck.seconds(SILENCE_MAX)));
    }
    applyPolicy();
  }

  private void applyPolicy() {
    var set = resources.current();
    if (!resources.known() || set.digest().equals(policyDigest)) {
      return;
    }
    Stream.of(SessionState.ACTIVE, SessionState.SUSPENDED)
        .flatMap(state -> table.inState(state).stream())
        .forEach(session ->
            set.policy()
                .forbids(Sessions.envelope(session), session.openedAt())
                .ifPresent(why -> sessions.end(session.id(), EndReason.POLICY_CHANGED, why)));
    policyDigest = set.digest();
  }
}
