package dev.ambit.control.credential;

import dev.ambit.control.credential.SealedBroker.Outcome;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.envelope.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Brings one credential from its issuer into the store, checked: remembered before it is asked
/// for, sealed the moment it comes, no wider than ordered, and ALIVE by the probe that will have to
/// say DEAD one day. Whatever fails after it came, it is revoked. Thread-safe; blocks.
public final class Issuing {
  private static final Logger LOG = LoggerFactory.getLogger(Issuing.class);

  private static final Duration WARN_AGAIN = Duration.ofSeconds(10);

  private final CredentialTable table;
  private final Providers providers;
  private final Vault vault;
  private final InFlight inFlight;
  private final Circuits circuits;
  private final Ids ids;
  private final InstantSource clock;
  private final List<Duration> controlPauses;
  private final Runnable retired;
  private final ConcurrentMap<String, Instant> warned = new ConcurrentHashMap<>();

  /// @param controlPauses before each further try of the positive control; a fresh credential may
  ///   take a moment to be known everywhere
  /// @param retired called when a credential was retired or lost; returns at once
  public Issuing(
      CredentialTable table,
      Providers providers,
      Vault vault,
      InFlight inFlight,
      Circuits circuits,
      Ids ids,
      InstantSource clock,
      List<Duration> controlPauses,
      Runnable retired) {
    this.table = table;
    this.providers = providers;
    this.vault = vault;
    this.inFlight = inFlight;
    this.circuits = circuits;
    this.ids = ids;
    this.clock = clock;
    this.controlPauses = List.copyOf(controlPauses);
    this.retired = retired;
  }

  /// @param parent id of the session's own token that it is exchanged from
  Outcome issue(StoredSession session, Order order, Place place, Optional<String> parent) {
    var configured = providers.current(order.reference().provider());
    if (configured.isEmpty()) {
      return new Outcome.None("provider: not configured any more");
    }
    var provider = configured.get().provider();
    if (!order.forSubject() && provider.capabilities().exchanges() != parent.isPresent()) {
      return new Outcome.None("provider: configured otherwise meanwhile (expected: ask again)");
    }
    var circuit = circuits.of(provider.capabilities().issuer());
    if (!circuit.awaitRoom()) {
      return new Outcome.None(
          "provider " + order.reference().provider() + ": issuer: too many ask it at once");
    }
    try {
      return issue(session, order, place, parent, configured.get(), circuit);
    } finally {
      circuit.leaveRoom();
    }
  }

  private Outcome issue(
      StoredSession session,
      Order order,
      Place place,
      Optional<String> parent,
      Providers.Configured configured,
      Circuit circuit) {
    var leave = circuit.enter(clock.instant());
    if (leave.isEmpty()) {
      return new Outcome.None(
          "provider "
              + order.reference().provider()
              + ": issuer: failed again and again, spared for a while");
    }
    var id = ids.next();
    try (var entry = leave.get();
        var _ = inFlight.enter(id)) {
      var draft = draft(id, session, order, place, parent, configured);
      return switch (table.ask(draft, configured.spec())) {
        case SESSION_NOT_ACTIVE -> new Outcome.None("session: not ACTIVE any more");
        case PARENT_NOT_LIVE -> new Outcome.None("session's own token: not LIVE any more");
        case TOO_MANY ->
            new Outcome.None(
                "credentials: too many (expected: < " + CredentialTable.SESSION_MAX + ")");
        case RECORDED -> ask(draft, session, configured.provider(), order, entry);
      };
    }
  }

  private Outcome ask(
      CredentialRow draft,
      StoredSession session,
      CredentialProvider provider,
      Order order,
      Circuit.Entry circuit) {
    if (draft.parent().isEmpty()) {
      var answer = heard(circuit, provider.issue(order, null));
      return asked(draft, session, provider, order, answer);
    }
    try (var subject = open(draft.parent().get(), draft.providerVersion())) {
      var answer = heard(circuit, provider.issue(order, subject));
      return asked(draft, session, provider, order, answer);
    } catch (Vault.Unopenable unopenable) {
      return refused(draft, unopenable.why());
    }
  }

  private IssueAnswer heard(Circuit.Entry circuit, IssueAnswer answer) {
    switch (answer) {
      case IssueAnswer.Issued _, IssueAnswer.Refused _ -> circuit.answered();
      case IssueAnswer.Unreachable _, IssueAnswer.Lost _ -> circuit.failed(clock.instant());
      case IssueAnswer.NotAsked _ -> {}
    }
    return answer;
  }

  /// The session's own token, if it came from whom it is shown to: the configuration may have
  /// changed since it was issued.
  private Material open(String id, String version) throws Vault.Unopenable {
    var row = table.find(id).filter(found -> found.providerVersion().equals(version));
    var sealed = table.sealed(id);
    if (row.isEmpty() || sealed.isEmpty()) {
      throw new Vault.Unopenable("session's own token: gone, or of another configuration");
    }
    return vault.open(sealed.get(), SealedBroker.binding(row.get()));
  }

  private Outcome asked(
      CredentialRow draft,
      StoredSession session,
      CredentialProvider provider,
      Order order,
      IssueAnswer answer) {
    var now = clock.instant();
    return switch (answer) {
      case IssueAnswer.NotAsked(String why) -> refused(draft, why);
      case IssueAnswer.Refused(String why) -> refused(draft, why);
      case IssueAnswer.Unreachable(String why) -> refused(draft, why);
      case IssueAnswer.Lost(String why) -> {
        table.lost(draft.id(), "may have been issued, but nobody has it: " + why, now);
        retired.run();
        yield unavailable(draft, why);
      }
      case IssueAnswer.Issued issued -> {
        try (var token = issued.token()) {
          yield came(draft, session, provider, order, token, issued);
        }
      }
    };
  }

  private Outcome refused(CredentialRow draft, String why) {
    table.refused(draft.id(), why, clock.instant());
    return unavailable(draft, why);
  }

  private Outcome came(
      CredentialRow draft,
      StoredSession session,
      CredentialProvider provider,
      Order order,
      Material token,
      IssueAnswer.Issued issued) {
    var now = clock.instant();
    var lifetimeMax = provider.capabilities().lifetimeMax();
    var used = issued.life().compareTo(lifetimeMax) < 0 ? issued.life() : lifetimeMax;
    // Its life began somewhere between asking and now: use it as if early, bury it as if late.
    var notAfter = earlier(draft.askedAt().plus(used), session.expiresAt());
    var received =
        new CredentialTable.Received(
            now,
            notAfter,
            now.plus(issued.life()),
            issued.granted(),
            vault.seal(token, SealedBroker.binding(draft)),
            provider.capabilities().ownAndProbed()
                ? Optional.of(vault.fingerprint(token))
                : Optional.empty());
    return switch (table.received(draft.id(), received)) {
      case GIVEN_BEFORE ->
          unavailable(draft, "token: given out before (expected: one of its own for each issue)");
      case SESSION_NOT_ACTIVE -> {
        retired.run();
        yield unavailable(draft, "session: not ACTIVE any more");
      }
      case KEPT -> check(draft, provider, order, token, issued.defect());
    };
  }

  private Outcome check(
      CredentialRow draft,
      CredentialProvider provider,
      Order order,
      Material token,
      Optional<String> defect) {
    if (defect.isPresent()) {
      return retire(draft, defect.get());
    }
    var probed = provider.capabilities().ownAndProbed();
    if (probed) {
      var alive = alive(draft, provider, token);
      if (alive.isEmpty()) {
        return retire(draft, "positive control: the probe never said alive");
      }
      var excess = provider.excess(order, alive.get().told());
      if (excess.isPresent()) {
        return retire(draft, excess.get());
      }
    }
    if (!table.confirm(draft.id(), probed, clock.instant())) {
      retired.run();
      return unavailable(draft, "session: not ACTIVE any more");
    }
    return new Outcome.Ready(draft.id());
  }

  private Optional<Probe.Alive> alive(
      CredentialRow draft, CredentialProvider provider, Material token) {
    for (var attempt = 0; ; attempt++) {
      var probe = provider.probe(token);
      table.probed(draft.id(), Answers.code(probe), Answers.why(probe), clock.instant());
      if (probe instanceof Probe.Alive alive) {
        return Optional.of(alive);
      }
      if (attempt == controlPauses.size() || !pause(controlPauses.get(attempt))) {
        return Optional.empty();
      }
    }
  }

  private Outcome retire(CredentialRow draft, String why) {
    table.retire(draft.id(), why, clock.instant());
    retired.run();
    return unavailable(draft, why);
  }

  private Outcome unavailable(CredentialRow draft, String why) {
    var now = clock.instant();
    // An agent that tries again and again must not fill the log; the audit trail has it all.
    var said =
        warned.merge(
            draft.provider(),
            now,
            (before, next) -> before.plus(WARN_AGAIN).isAfter(next) ? before : next);
    LOG.atLevel(said.equals(now) ? Level.WARN : Level.DEBUG)
        .log("credential {} of provider {} not usable: {}", draft.id(), draft.provider(), why);
    return new Outcome.None("provider " + draft.provider() + ": " + why);
  }

  private static boolean pause(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private CredentialRow draft(
      String id,
      StoredSession session,
      Order order,
      Place place,
      Optional<String> parent,
      Providers.Configured configured) {
    var now = clock.instant();
    return new CredentialRow(
        id,
        session.id().value(),
        order.reference().provider(),
        configured.version(),
        order.grant(),
        place.authority(),
        session.workload(),
        place.proxy(),
        parent,
        CredentialRow.State.ISSUING,
        now,
        Optional.empty(),
        Optional.empty(),
        now.plus(configured.provider().capabilities().lifetimeMax()),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        "",
        now);
  }

  /// Where a credential is used: for which authority, and by which proxy.
  record Place(String authority, String proxy) {}
}
