package dev.ambit.control.closure;

import com.google.protobuf.ByteString;
import dev.ambit.control.credential.Answers;
import dev.ambit.control.credential.Capabilities;
import dev.ambit.control.credential.CredentialProvider;
import dev.ambit.control.credential.InFlight;
import dev.ambit.control.credential.Material;
import dev.ambit.control.credential.Probe;
import dev.ambit.control.credential.Providers;
import dev.ambit.control.credential.RevokeAnswer;
import dev.ambit.control.credential.SealedBroker;
import dev.ambit.control.credential.Vault;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialRow.Outcome;
import dev.ambit.control.store.CredentialRow.State;
import dev.ambit.control.store.CredentialTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Takes every RETIRED credential to its death, whether its session goes on or closes: revokes,
/// probes, and settles it. Knows nothing but what is in the store, so it goes on after a crash. One
/// virtual thread for each credential; asks one provider at most [#PER_PROVIDER_MAX] things at a
/// time, so that a stuck issuer holds up nobody else's.
final class Burials {
  private static final int PER_PROVIDER_MAX = 8;

  private final CredentialTable table;
  private final Providers providers;
  private final Vault vault;
  private final InFlight inFlight;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Pace pace;
  private final Consumer<String> settled;
  private final Crew crew = new Crew("bury");
  private final ConcurrentMap<String, Semaphore> rooms = new ConcurrentHashMap<>();

  /// @param settled told the session of each credential that was settled; returns at once
  Burials(
      CredentialTable table,
      Providers providers,
      Vault vault,
      InFlight inFlight,
      InstantSource clock,
      RandomGenerator random,
      Pace pace,
      Consumer<String> settled) {
    this.table = table;
    this.providers = providers;
    this.vault = vault;
    this.inFlight = inFlight;
    this.clock = clock;
    this.random = random;
    this.pace = pace;
    this.settled = settled;
  }

  /// Looks at the store and starts what is to be done.
  void look() {
    var now = clock.instant();
    for (var left : table.in(State.ISSUING)) {
      if (!inFlight.contains(left.id())) {
        table.lost(left.id(), "asked for by a process that died before it knew the answer", now);
        settled.accept(left.session());
      }
    }
    for (var left : table.in(State.CHECKING)) {
      if (!inFlight.contains(left.id())) {
        table.retire(left.id(), "issued by a process that died before it was checked", now);
      }
    }
    table.retireDue(now);
    employ(table.in(State.RETIRED));
  }

  /// Starts what is to be done about these. Any thread; returns at once.
  void employ(List<CredentialRow> rows) {
    var retired = rows.stream().filter(row -> row.state() == State.RETIRED);
    crew.employ(retired.map(CredentialRow::id).toList(), this::bury);
  }

  void close() {
    crew.close();
  }

  /// The propagation bound of a credential's provider.
  Duration propagationBound(CredentialRow row) {
    return provider(row).capabilities().propagationBound();
  }

  private void bury(String id) throws InterruptedException {
    for (var failures = 0; ; failures++) {
      var row = table.find(id);
      if (row.isEmpty() || row.get().state() != State.RETIRED) {
        return;
      }
      if (step(row.get())) {
        row.get().parent().ifPresent(crew::hurry);
        settled.accept(row.get().session());
        return;
      }
      Crew.pause(pace.pause(failures, random));
    }
  }

  /// One try; true when the credential is settled.
  private boolean step(CredentialRow row) throws InterruptedException {
    var now = clock.instant();
    var provider = provider(row);
    if (provider.capabilities().ending() == Capabilities.Ending.NONE) {
      var why = "the key in " + provider.capabilities().issuer() + " outlives the session";
      table.settle(row.id(), Outcome.OUTLIVES_SESSION, now, why, now);
      return true;
    }
    if (!now.isBefore(row.diesAt().plus(pace.skew()))) {
      table.settle(row.id(), Outcome.DEAD_BY_EXPIRY, row.diesAt(), unproven(row), now);
      return true;
    }
    // Leaves first: revoking what they were exchanged from would leave them alive and unasked for.
    var sealed = table.hasLeaves(row.id()) ? Optional.<ByteString>empty() : table.sealed(row.id());
    if (sealed.isEmpty()) {
      return false;
    }
    var room = rooms.computeIfAbsent(row.providerVersion(), _ -> new Semaphore(PER_PROVIDER_MAX));
    room.acquire();
    try (var token = vault.open(sealed.get(), SealedBroker.binding(row))) {
      return dead(row, provider, token);
    } catch (Vault.Unopenable unopenable) {
      table.probed(row.id(), CredentialTable.Answer.UNKNOWN, unopenable.why(), clock.instant());
      return false;
    } finally {
      room.release();
    }
  }

  private boolean dead(CredentialRow row, CredentialProvider provider, Material token)
      throws InterruptedException {
    var control = row.aliveAt().isPresent() || seenAlive(row, provider, token);
    var accepted = row.revokedAt().isPresent() && !lied(row, provider);
    if (!accepted) {
      accepted = revoke(row, provider, token);
    }
    var probe = provider.probe(token);
    stopIfInterrupted();
    var why = why(probe, accepted, control);
    table.probed(row.id(), Answers.code(probe), why, clock.instant());
    // Silence about what was never seen alive, or was not revoked (a client that is switched off
    // can
    // be switched on again), is no proof.
    var proven = probe instanceof Probe.Dead && accepted && control;
    if (proven) {
      var now = clock.instant();
      table.settle(row.id(), Outcome.DEAD_PROVEN, now, "", now);
    }
    return proven;
  }

  /// The positive control that issuing did not get, made up for before the first revocation.
  private boolean seenAlive(CredentialRow row, CredentialProvider provider, Material token)
      throws InterruptedException {
    if (row.revokedAt().isPresent()) {
      return false;
    }
    var probe = provider.probe(token);
    stopIfInterrupted();
    table.probed(row.id(), Answers.code(probe), Answers.why(probe), clock.instant());
    return probe instanceof Probe.Alive;
  }

  private boolean revoke(CredentialRow row, CredentialProvider provider, Material token)
      throws InterruptedException {
    var answer = provider.revoke(token);
    stopIfInterrupted();
    return switch (answer) {
      case RevokeAnswer.Accepted() -> {
        table.revoked(row.id(), true, "", clock.instant());
        yield true;
      }
      case RevokeAnswer.Refused(String why) -> {
        table.revoked(row.id(), false, why, clock.instant());
        yield false;
      }
    };
  }

  /// What an interrupted request says is about this process, not about the credential.
  private static void stopIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /// The issuer accepted a revocation, had the time it says it needs, and still says ALIVE.
  private boolean lied(CredentialRow row, CredentialProvider provider) {
    var bound = provider.capabilities().propagationBound();
    return lastAnswer(row).filter(CredentialTable.Answer.ALIVE::equals).isPresent()
        && row.revokedAt().filter(at -> at.plus(bound).isBefore(clock.instant())).isPresent();
  }

  private Optional<CredentialTable.Answer> lastAnswer(CredentialRow row) {
    var probes = table.probes(row.id());
    return probes.isEmpty() ? Optional.empty() : Optional.of(probes.getLast().answer());
  }

  private static String why(Probe probe, boolean accepted, boolean control) {
    return switch (probe) {
      case Probe.Alive _ when accepted -> "the issuer accepted the revocation and says it is alive";
      case Probe.Dead() when !accepted -> "says dead, but its revocation was not accepted";
      case Probe.Dead() when !control -> "says dead, but never said alive";
      case Probe.Alive _, Probe.Dead _, Probe.Unknown _ -> Answers.why(probe);
    };
  }

  private static String unproven(CredentialRow row) {
    return "not proven dead before its expiry: " + row.note();
  }

  private CredentialProvider provider(CredentialRow row) {
    return providers.of(table.spec(row.providerVersion()).orElseThrow());
  }
}
