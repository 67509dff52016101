package dev.ambit.control.closure;

import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CutTable;
import dev.ambit.control.store.ProxyTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Waits, once a session is cut, for the records that its proxies still have on their way, so that
/// the receipt counts every call; and keeps of whom that is known. Knows nothing but what is in the
/// store and what proxies say again when they attach.
final class Arrivals {
  private static final int DOUBLINGS_MAX = 5;

  private final CutTable cuts;
  private final AuditTable audit;
  private final ProxyTable proxies;
  private final RecordWords words;
  private final InstantSource clock;
  private final Pace pace;
  private final Instant started;

  Arrivals(
      CutTable cuts,
      AuditTable audit,
      ProxyTable proxies,
      RecordWords words,
      InstantSource clock,
      Pace pace) {
    this.cuts = cuts;
    this.audit = audit;
    this.proxies = proxies;
    this.words = words;
    this.clock = clock;
    this.pace = pace;
    this.started = clock.instant();
  }

  /// Waits [Pace#recordsMax] at most: from the cut, or, as proxies have to come back first, from
  /// the start of this program.
  void await(StoredSession session) throws InterruptedException {
    var id = session.id().value();
    var report = cuts.find(id).orElseThrow();
    if (report.recorded()) {
      return;
    }
    var opened = cuts.opened(id);
    var since = report.at().isAfter(started) ? report.at() : started;
    var until = since.plus(pace.recordsMax());
    var seen = look(session, report, opened);
    for (var looks = 0;
        seen.containsValue(State.AWAITED) && clock.instant().isBefore(until);
        looks++) {
      Crew.pause(pause(looks));
      seen = look(session, report, opened);
    }
    cuts.recorded(id, whole(seen), clock.instant());
  }

  private Map<String, State> look(StoredSession session, CutTable.Report report, long opened) {
    var seen = new HashMap<String, State>();
    for (var cut : report.cuts()) {
      var word = words.of(session.workload(), cut.proxy(), session.version());
      seen.put(
          cut.proxy(),
          switch (word) {
            case RecordWords.Word.Said said -> state(session, said, opened);
            case RecordWords.Word.Expected _ -> State.AWAITED;
            case RecordWords.Word.Away _ -> away(session, cut, opened);
            case RecordWords.Word.Never _ -> State.UNKNOWN;
          });
    }
    return seen;
  }

  /// Who took leave said the last word then. Who acknowledged was there a moment ago; whose lease
  /// ran out is not waited for.
  private State away(StoredSession session, CutTable.Cut cut, long opened) {
    return proxies
        .detached(new ProxyTable.Key(session.workload(), cut.proxy()))
        .map(last -> new RecordWords.Word.Said(last.last(), last.seq(), last.lostUntil()))
        .map(said -> state(session, said, opened))
        .orElse(cut.acknowledged() ? State.AWAITED : State.UNKNOWN);
  }

  private State state(StoredSession session, RecordWords.Word.Said said, long opened) {
    var arrived =
        said.seq() == 0
            || audit
                .head(said.boot())
                .filter(head -> head.workload().equals(session.workload()))
                .filter(head -> head.seq() >= said.seq())
                .isPresent();
    if (!arrived) {
      return State.AWAITED;
    }
    return opened > said.lostUntil() ? State.WHOLE : State.UNKNOWN;
  }

  private static Set<String> whole(Map<String, State> seen) {
    var whole = new HashSet<>(seen.keySet());
    whole.removeIf(proxy -> seen.get(proxy) != State.WHOLE);
    return whole;
  }

  /// Short at first, for records are soon there; longer then, for a thousand sessions may wait.
  private Duration pause(int looks) {
    var shortest = pace.poll().dividedBy(100).plusMillis(1);
    return shortest.multipliedBy(1L << Math.min(looks, DOUBLINGS_MAX));
  }

  /// How the records of one proxy stand.
  private enum State {
    /// All of them are in the store.
    WHOLE,
    /// Some may be on their way.
    AWAITED,
    /// Nobody knows, and waiting will not tell.
    UNKNOWN
  }
}
