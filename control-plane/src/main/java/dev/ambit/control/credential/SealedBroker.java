package dev.ambit.control.credential;

import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands out credentials whose sealed copy is in the store: the current one, or one that an
/// [Issuing] brings. Thread-safe; blocks.
public final class SealedBroker implements Broker, Orphans, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SealedBroker.class);
  private static final int FLIGHTS_MAX = 1_024;
  private static final Duration WAIT_MAX = Duration.ofSeconds(45);
  private static final Duration DRAIN = Duration.ofSeconds(60);

  private final CredentialTable table;
  private final Providers providers;
  private final Vault vault;
  private final Issuing issuing;
  private final InstantSource clock;
  private final Runnable retired;
  private final ConcurrentMap<Key, CompletableFuture<Outcome>> flights = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /// @param retired called when a credential was retired; returns at once
  public SealedBroker(
      CredentialTable table,
      Providers providers,
      Vault vault,
      Issuing issuing,
      InstantSource clock,
      Runnable retired) {
    this.table = table;
    this.providers = providers;
    this.vault = vault;
    this.issuing = issuing;
    this.clock = clock;
    this.retired = retired;
  }

  @Override
  public Answer issue(
      StoredSession session, Grant grant, Authority authority, String proxyId, String rejected) {
    var reference = grant.credential();
    if (reference == null) {
      return new Answer.Unavailable("grant: carries no credential");
    }
    if (authority.scheme() != Scheme.HTTPS) {
      return new Answer.Unavailable("authority: not https (expected: no credential in cleartext)");
    }
    var order = new Order(session.id(), grant.name(), reference);
    var place = new Issuing.Place(authority.toString(), proxyId);
    return switch (await(flight(session, order, place, rejected))) {
      case Outcome.Ready(String id) -> handOver(id);
      case Outcome.None(String detail) -> new Answer.Unavailable(detail);
    };
  }

  @Override
  public List<CredentialView> credentials(SessionId session) {
    return table.ofSession(session.value()).stream().map(SealedBroker::view).toList();
  }

  @Override
  public void proxyLost(String workload, String proxyId) {
    table.retireProxy(workload, proxyId, "its proxy was not heard any more", clock.instant());
    retired.run();
  }

  /// Starts nothing any more and waits for what is under way: an issuer's answer that nobody hears
  /// leaves a credential that nobody can revoke.
  @Override
  public void close() {
    closed = true;
    List.copyOf(flights.values()).forEach(SealedBroker::await);
  }

  /// Everyone who asks for the same thing waits for the same answer. The flight has a thread of its
  /// own: a caller that goes away takes nothing down.
  private CompletableFuture<Outcome> flight(
      StoredSession session, Order order, Issuing.Place place, String rejected) {
    var key = new Key(session.id(), order.reference().provider(), order.grant(), place, rejected);
    var mine = new CompletableFuture<Outcome>();
    if (closed) {
      mine.complete(new Outcome.None("issuing: the control plane is stopping"));
      return mine;
    }
    if (flights.size() >= FLIGHTS_MAX) {
      mine.complete(
          new Outcome.None("issuing: too much at once (expected: < " + FLIGHTS_MAX + ")"));
      return mine;
    }
    var other = flights.putIfAbsent(key, mine);
    if (other != null) {
      return other;
    }
    Thread.ofVirtual()
        .name("issue-" + key.session())
        .uncaughtExceptionHandler((_, failure) -> LOG.error("issuing failed", failure))
        .start(() -> {
          Outcome outcome = new Outcome.None("issuing: failed unexpectedly");
          try {
            outcome = ensure(session, order, place, rejected);
          } finally {
            // First: nobody may join a flight that has landed.
            flights.remove(key);
            mine.complete(outcome);
          }
        });
    return mine;
  }

  private Outcome ensure(StoredSession session, Order order, Issuing.Place place, String rejected) {
    var now = clock.instant();
    var provider = order.reference().provider();
    var current =
        table
            .current(
                session.id().value(), provider, order.grant(), place.authority(), place.proxy())
            .filter(row -> usable(row, now))
            // What is exchanged must come from whom it is exchanged at.
            .filter(row -> !order.forSubject() || asConfigured(row));
    var refused = current.filter(row -> row.id().equals(rejected)).isPresent();
    if (current.isPresent() && !refused && !renewable(current.get(), session, now)) {
      return new Outcome.Ready(current.get().id());
    }
    var fresh = fresh(session, order, place);
    if (fresh instanceof Outcome.Ready) {
      // Calls that already carry the old one may finish.
      current.ifPresent(old -> table.replaced(old.id(), now.plus(DRAIN)));
      return fresh;
    }
    return current
        .filter(row -> !refused && usable(row, clock.instant()))
        .<Outcome>map(row -> new Outcome.Ready(row.id()))
        .orElse(fresh);
  }

  /// Issues one, after the session's own token when it is exchanged from that.
  private Outcome fresh(StoredSession session, Order order, Issuing.Place place) {
    var exchanging =
        providers
            .current(order.reference().provider())
            .map(configured -> configured.provider().capabilities())
            .filter(capabilities -> capabilities.exchanges() && !order.forSubject());
    if (exchanging.isEmpty()) {
      return issuing.issue(session, order, place, Optional.empty());
    }
    var subject = Order.subject(session.id(), order.reference().provider());
    var there = new Issuing.Place(exchanging.get().issuer(), place.proxy());
    return switch (await(flight(session, subject, there, ""))) {
      case Outcome.Ready(String id) -> issuing.issue(session, order, place, Optional.of(id));
      case Outcome.None none -> none;
    };
  }

  private boolean asConfigured(CredentialRow row) {
    return providers
        .current(row.provider())
        .filter(configured -> configured.version().equals(row.providerVersion()))
        .isPresent();
  }

  private Answer handOver(String id) {
    var row = table.find(id);
    var sealed = table.sealed(id);
    if (row.isEmpty() || row.get().state() != CredentialRow.State.LIVE || sealed.isEmpty()) {
      return new Answer.Unavailable("session: ended while the credential was issued");
    }
    var spec = table.spec(row.get().providerVersion()).orElseThrow();
    try (var token = vault.open(sealed.get(), binding(row.get()))) {
      return new Answer.Issued(
          id, providers.of(spec).inject(token), row.get().notAfter().orElseThrow());
    } catch (Vault.Unopenable unopenable) {
      return new Answer.Unavailable(unopenable.why());
    }
  }

  /// What a row's sealed copy is bound to.
  public static Vault.Binding binding(CredentialRow row) {
    return new Vault.Binding(row.session(), row.id(), row.provider());
  }

  private static Outcome await(CompletableFuture<Outcome> flight) {
    try {
      return flight.get(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new Outcome.None("issuing: interrupted");
    } catch (TimeoutException _) {
      return new Outcome.None("issuing: takes too long (expected: < " + WAIT_MAX + ")");
    } catch (ExecutionException failure) {
      throw new IllegalStateException("issuing: failed", failure);
    }
  }

  private static boolean usable(CredentialRow row, Instant now) {
    return row.notAfter().isPresent() && row.notAfter().get().isAfter(now);
  }

  /// Less than 30 % of its life is left, and a new one could live longer.
  private static boolean renewable(CredentialRow row, StoredSession session, Instant now) {
    var end = row.notAfter().orElseThrow();
    var life = Duration.between(row.issuedAt().orElseThrow(), end);
    return Duration.between(now, end).multipliedBy(10).compareTo(life.multipliedBy(3)) < 0
        && session.expiresAt().isAfter(end);
  }

  private static CredentialView view(CredentialRow row) {
    var settled =
        row.outcome()
            .<ClosureOutcome>map(outcome ->
                switch (outcome) {
                  case DEAD_PROVEN -> new ClosureOutcome.DeadProven();
                  case DEAD_BY_EXPIRY ->
                      new ClosureOutcome.DeadByExpiry(row.outcomeAt().orElseThrow());
                  case OUTLIVES_SESSION -> new ClosureOutcome.Outlives();
                });
    var outcome =
        row.state() == CredentialRow.State.RETIRED
            ? Optional.<ClosureOutcome>of(new ClosureOutcome.Unproven(row.note()))
            : settled;
    return new CredentialView(
        row.id(),
        row.provider(),
        row.grant(),
        row.authority(),
        row.parent(),
        row.diesAt(),
        outcome,
        outcome.map(_ -> row.notedAt()),
        row.note());
  }

  /// What is issued once at a time.
  private record Key(
      SessionId session, String provider, String grant, Issuing.Place place, String rejected) {}

  /// What came of a flight.
  sealed interface Outcome {
    /// It is in the store, LIVE.
    record Ready(String id) implements Outcome {}

    record None(String detail) implements Outcome {}
  }
}
