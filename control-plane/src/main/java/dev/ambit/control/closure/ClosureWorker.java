package dev.ambit.control.closure;

import dev.ambit.control.credential.InFlight;
import dev.ambit.control.credential.Providers;
import dev.ambit.control.credential.Vault;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialRow.State;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.control.store.CutTable;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.envelope.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes every session that is CLOSING, each on virtual threads of its own: one waits for the cut
/// and then for the last records ([Arrivals]), one for the death of its credentials ([Burials] does
/// the work), then the receipt is written in the transaction that makes it CLOSED. Everything it
/// knows is in the store.
public final class ClosureWorker implements Closures, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClosureWorker.class);
  private static final long COMPANY_MILLIS = 10;
  private static final Duration WARN_AGAIN = Duration.ofMinutes(10);

  private final SessionTable sessions;
  private final CredentialTable credentials;
  private final CutTable cuts;
  private final Cuts proxies;
  private final ReceiptWriter receipts;
  private final InstantSource clock;
  private final Pace pace;
  private final Burials burials;
  private final Arrivals arrivals;
  private final Crew closing = new Crew("close");
  private final Crew cutting = new Crew("cut");
  // Who waits for the cut of a session, by its id.
  private final ConcurrentMap<String, CountDownLatch> keeping = new ConcurrentHashMap<>();
  private final Map<String, Instant> warned = new ConcurrentHashMap<>();
  private final AtomicReference<List<String>> overdue = new AtomicReference<>(List.of());
  private final AtomicBoolean looking = new AtomicBoolean();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("closure").factory());

  public ClosureWorker(
      Tables tables,
      Cuts proxies,
      RecordWords words,
      Providers providers,
      Vault vault,
      InFlight inFlight,
      ReceiptWriter receipts,
      InstantSource clock,
      RandomGenerator random,
      Pace pace) {
    this.sessions = tables.sessions();
    this.credentials = tables.credentials();
    this.cuts = tables.cuts();
    this.proxies = proxies;
    this.receipts = receipts;
    this.clock = clock;
    this.pace = pace;
    this.arrivals =
        new Arrivals(tables.cuts(), tables.audit(), tables.proxies(), words, clock, pace);
    this.burials =
        new Burials(credentials, providers, vault, inFlight, clock, random, pace, closing::hurry);
  }

  /// Starts looking at the store, now and then every [Pace#poll].
  public void start() {
    var millis = pace.poll().toMillis();
    var _ = timer.scheduleWithFixedDelay(this::look, 0, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void wake(SessionId session) {
    employ(List.of(session.value()));
  }

  /// Looks for all that is to be done now rather than at the next poll. Returns at once.
  public void wake() {
    // Many calls before the look begins make one look, and a look reads everything that is open.
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    try {
      var _ = timer.schedule(this::look, COMPANY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException _) {
      LOG.debug("closure is shut down: the store keeps what is to be done");
    }
  }

  @Override
  public void awaitCut(SessionId session) throws InterruptedException {
    wake(session);
    awaitCut(session, () -> closing(session) ? pace.poll() : Duration.ZERO);
  }

  /// Waits until the cut is in the store: looks when this process has put it there, and whenever
  /// `left` has gone by, until that is nothing any more.
  private void awaitCut(SessionId session, Supplier<Duration> left) throws InterruptedException {
    var id = session.value();
    var kept = keeping.computeIfAbsent(id, _ -> new CountDownLatch(1));
    try {
      for (var rest = left.get(); rest.isPositive() && cuts.find(id).isEmpty(); rest = left.get()) {
        var _ = kept.await(rest.toMillis() + 1, TimeUnit.MILLISECONDS);
      }
    } finally {
      var _ = keeping.remove(id, kept);
    }
  }

  @Override
  public int overdue() {
    return overdue.get().size();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    cutting.close();
    closing.close();
    burials.close();
  }

  private void look() {
    looking.set(false);
    // On a thread of its own: what it dies of is logged and does not end the timer.
    var look =
        Thread.ofVirtual()
            .name("closure-look")
            .uncaughtExceptionHandler((_, failure) -> LOG.error("closure: look failed", failure))
            .start(() -> {
              burials.look();
              var found = sessions.inState(SessionState.CLOSING);
              employ(found.stream().map(session -> session.id().value()).toList());
              alarm(found);
            });
    try {
      look.join();
    } catch (InterruptedException _) {
      look.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private void employ(List<String> ids) {
    cutting.employ(ids, this::cut);
    closing.employ(ids, this::close);
  }

  private void cut(String id) throws InterruptedException {
    var session = sessions.find(new SessionId(id)).orElseThrow();
    if (session.state() != SessionState.CLOSING) {
      return;
    }
    if (cuts.find(id).isEmpty()) {
      cut(session);
    }
    arrivals.await(session);
    closing.hurry(id);
  }

  private void cut(StoredSession session) throws InterruptedException {
    var id = session.id().value();
    var report = proxies.await(session.seat(), cuts.opened(id), session.version());
    var rows =
        report.proxies().stream()
            .map(proxy -> new CutTable.Cut(proxy.proxyId(), proxy.acknowledged(), proxy.at()))
            .toList();
    cuts.keep(id, rows, clock.instant());
    var waited = keeping.remove(id);
    if (waited != null) {
      waited.countDown();
    }
  }

  private void close(String id) throws InterruptedException {
    var session = sessions.find(new SessionId(id)).orElseThrow();
    awaitCutOrGrace(session);
    while (closing(session.id())) {
      var open = unsettled(id);
      if (open.isEmpty() && cuts.find(id).filter(CutTable.Report::recorded).isPresent()) {
        close(session);
        return;
      }
      // Looked at each time: what was being issued when the session ended arrives later.
      if (open.stream().anyMatch(ClosureWorker::inUse)) {
        credentials.retireSession(id, "its session ended", clock.instant());
        open = unsettled(id);
      }
      burials.employ(open);
      Crew.pause(pace.poll());
    }
  }

  /// Cutting comes before revoking, but who cannot be reached must not keep a credential alive.
  private void awaitCutOrGrace(StoredSession session) throws InterruptedException {
    var until = session.endedAt().orElse(session.openedAt()).plus(pace.cutGrace());
    awaitCut(
        session.id(),
        () -> {
          var left = Duration.between(clock.instant(), until);
          return left.compareTo(pace.poll()) < 0 ? left : pace.poll();
        });
  }

  private void close(StoredSession session) {
    var at = clock.instant();
    var receipt = receipts.write(session, at);
    if (sessions.close(session.id(), receipt, at)) {
      LOG.info("session {} closed", session.id());
    }
  }

  private boolean closing(SessionId id) {
    return sessions.state(id).filter(SessionState.CLOSING::equals).isPresent();
  }

  private static boolean inUse(CredentialRow row) {
    return row.state() == State.LIVE || row.state() == State.CHECKING;
  }

  private List<CredentialRow> unsettled(String session) {
    return credentials.ofSession(session).stream()
        .filter(row -> row.state() != State.SETTLED)
        .toList();
  }

  private void alarm(List<StoredSession> found) {
    var now = clock.instant();
    var late = found.stream().filter(session -> late(session, now)).toList();
    overdue.set(late.stream().map(session -> session.id().value()).toList());
    warned.keySet().retainAll(overdue.get());
    for (var session : late) {
      var before = warned.get(session.id().value());
      if (before == null || before.plus(WARN_AGAIN).isBefore(now)) {
        warned.put(session.id().value(), now);
        var open = unsettled(session.id().value());
        LOG.warn(
            "session {} is CLOSING since {}: {} credentials not proven dead, {}",
            session.id(),
            session.endedAt().orElse(now),
            open.size(),
            open.isEmpty() ? "cut not known" : open.getFirst().note());
      }
    }
  }

  private boolean late(StoredSession session, Instant now) {
    var since = session.endedAt().orElse(now);
    if (now.isBefore(since.plus(pace.overdueMin()))) {
      return false;
    }
    var bound =
        unsettled(session.id().value()).stream()
            .map(burials::propagationBound)
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    return !now.isBefore(since.plus(bound));
  }

  /// What closure reads and writes.
  public record Tables(
      SessionTable sessions,
      CredentialTable credentials,
      CutTable cuts,
      AuditTable audit,
      ProxyTable proxies) {}
}
