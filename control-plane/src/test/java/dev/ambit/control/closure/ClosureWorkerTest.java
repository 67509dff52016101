package dev.ambit.control.closure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.credential.ClosureOutcome;
import dev.ambit.control.credential.World;
import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.PublicKeys;
import dev.ambit.envelope.receipt.Receipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A session is CLOSED when the death of every credential is settled, and not before.
class ClosureWorkerTest {
  private static final Grant GRANT = World.grant("read", "idp");

  @TempDir Path folder;
  private World world;
  private FakeIssuer issuer;

  @BeforeEach
  void start() {
    world = new World(folder);
    issuer = FakeIssuer.start(folder);
    world.offer("idp", issuer);
  }

  @AfterEach
  void stop() {
    world.close();
    issuer.close();
  }

  @Test
  void closesASessionWithoutCredentialsAtOnce() {
    var session = world.open();
    world.end(session);
    world.awaitClosed(session);
    assertThat(receipt(session).credentials()).isEmpty();
  }

  @Test
  void provesDeadWhatItRevokedWhileANeighbourStaysAlive() {
    var session = world.open();
    var neighbour = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    var kept = world.token(neighbour, GRANT, World.PROXY);
    world.end(session);
    world.awaitClosed(session);
    assertThat(issuer.alive(token)).isFalse();
    assertThat(issuer.alive(kept)).isTrue();
    var end = receipt(session).credentials().getFirst();
    assertThat(end.outcome()).isEqualTo(Receipt.Outcome.DEAD_PROVEN);
    assertThat(end.revokeAttempts()).isEqualTo(1);
    assertThat(end.probes()).extracting(Receipt.Probe::answer).containsExactly("ALIVE", "DEAD");
    assertThat(world.broker().credentials(neighbour.id()).getFirst().outcome()).isEmpty();
  }

  @Test
  void writesAReceiptThatVerifiesWithThePublishedKeyAlone() {
    world.cutting((_, _, _) ->
        new Cuts.CutReport(
            List.of(
                new Cuts.ProxyCut("P1", true, world.clock.instant()),
                new Cuts.ProxyCut("P2", false, world.clock.instant()))));
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    world.end(session);
    world.awaitClosed(session);
    var receipt = receipt(session);
    assertThat(receipt.session()).isEqualTo(session.id().value());
    assertThat(receipt.envelopes())
        .containsExactly(new Receipt.EnvelopeVersion(session.version(), session.digest()));
    assertThat(receipt.reason()).isEqualTo("COMPLETED");
    assertThat(receipt.detail()).isEqualTo("by its opener");
    assertThat(receipt.onBehalfOf()).isEqualTo("somebody");
    assertThat(receipt.cuts()).extracting(Receipt.Cut::acknowledged).containsExactly(true, false);
    // The control plane's own chain tells of the credential.
    assertThat(receipt.chains())
        .singleElement()
        .satisfies(head -> assertThat(head.writer()).isEqualTo("spiffe://example.org/control"));
  }

  @Test
  void namesEveryEnvelopeASessionHad() {
    var session = world.open();
    world
        .sessions()
        .extend(
            session.id(),
            session.version(),
            ByteString.copyFromUtf8("{ }"),
            "cd".repeat(32),
            session.expiresAt().plusSeconds(60));
    world.end(session);
    world.awaitClosed(session);
    assertThat(receipt(session).envelopes())
        .extracting(Receipt.EnvelopeVersion::digest)
        .containsExactly("ab".repeat(32), "cd".repeat(32));
  }

  @Test
  void staysClosingWhileTheIssuerAcceptsRevocationsAndTheTokenLives() {
    issuer.revocation = issuer::lie;
    var session = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    world.end(session);
    World.await("probed often", () -> world.rows(session).getFirst().probeAttempts() > 8);
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    assertThat(issuer.alive(token)).isTrue();
    assertThat(world.broker().credentials(session.id()).getFirst().outcome())
        .contains(
            new ClosureOutcome.Unproven("the issuer accepted the revocation and says it is alive"));
    // Asked again only when the time it said it needs is over.
    assertThat(world.rows(session).getFirst().revokeAttempts()).isEqualTo(1);
    issuer.revocation = issuer::revoke;
    world.clock.advance(Duration.ofSeconds(6));
    world.awaitClosed(session);
    assertThat(receipt(session).credentials().getFirst().outcome())
        .isEqualTo(Receipt.Outcome.DEAD_PROVEN);
  }

  @Test
  void staysClosingWhileTheIssuerIsDownAndCompletesWhenItReturns() {
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    issuer.revocation = issuer::down;
    issuer.introspection = issuer::down;
    world.end(session);
    World.await("tried", () -> world.rows(session).getFirst().revokeAttempts() > 2);
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    assertThat(world.credentials().probes(world.rows(session).getFirst().id()).getLast().answer())
        .isEqualTo(CredentialTable.Answer.UNKNOWN);
    issuer.revocation = issuer::revoke;
    issuer.introspection = issuer::introspect;
    world.awaitClosed(session);
    assertThat(receipt(session).credentials().getFirst().outcome())
        .isEqualTo(Receipt.Outcome.DEAD_PROVEN);
  }

  @Test
  void takesNoDisturbedProbeForDeath() {
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    var answers =
        List.of(
            new FakeIssuer.Answer(200, ""),
            new FakeIssuer.Answer(200, "null"),
            new FakeIssuer.Answer(200, "{\"active\":\"false\"}"),
            new FakeIssuer.Answer(200, "{\"active\":true,\"active\":false}"),
            new FakeIssuer.Answer(200, "{\"active\":false}{}"),
            new FakeIssuer.Answer(200, "{\"active\":false"),
            new FakeIssuer.Answer(401, "{\"active\":false}"),
            new FakeIssuer.Answer(404, ""),
            new FakeIssuer.Answer(500, "{\"active\":false}"));
    issuer.introspection = _ -> answers.get((int) (issuer.asked("/introspect") % answers.size()));
    world.end(session);
    World.await("all seen", () -> issuer.asked("/introspect") > 2L * answers.size());
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    assertThat(world.credentials().probes(world.rows(session).getFirst().id()).subList(1, 9))
        .extracting(CredentialTable.ProbeRow::answer)
        .containsOnly(CredentialTable.Answer.UNKNOWN);
  }

  @Test
  void takesAnErrorUnderStatus200ForARefusedRevocation() {
    issuer.revocation = _ -> new FakeIssuer.Answer(200, "{\"error\":\"invalid_token\"}");
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    world.end(session);
    World.await("tried", () -> world.rows(session).getFirst().revokeAttempts() > 2);
    assertThat(world.rows(session).getFirst().revokedAt()).isEmpty();
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
  }

  @Test
  void takesSilenceAboutWhatWasNotRevokedForNoProof() {
    // A client that was switched off can be switched on again, and its tokens with it.
    issuer.revocation = issuer::down;
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    issuer.introspection = _ -> new FakeIssuer.Answer(200, "{\"active\":false}");
    world.end(session);
    World.await("probed", () -> world.rows(session).getFirst().probeAttempts() > 3);
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    assertThat(world.rows(session).getFirst().outcome()).isEmpty();
  }

  @Test
  void settlesByExpiryFiveSecondsAfterIt() {
    issuer.revocation = issuer::lie;
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    var dies = world.rows(session).getFirst().diesAt();
    world.end(session);
    world.clock.advance(Duration.between(world.clock.instant(), dies.plusMillis(4_999)));
    var before = world.rows(session).getFirst().probeAttempts();
    World.await("probed", () -> world.rows(session).getFirst().probeAttempts() > before + 3);
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    world.clock.advance(Duration.ofMillis(1));
    world.awaitClosed(session);
    var end = receipt(session).credentials().getFirst();
    assertThat(end.outcome()).isEqualTo(Receipt.Outcome.DEAD_BY_EXPIRY);
    assertThat(end.outcomeAt()).isEqualTo(dies);
    assertThat(end.note()).startsWith("not proven dead before its expiry: the issuer accepted");
    assertThat(end.probes().getFirst().answer()).isEqualTo("ALIVE");
    assertThat(end.probes()).hasSizeLessThanOrEqualTo(10);
  }

  @Test
  void closesOneSessionWhileTheIssuerOfAnotherHangs(@TempDir Path elsewhere) {
    try (var stuck = FakeIssuer.start(elsewhere)) {
      world.offer("stuck", stuck);
      var held =
          List.of(world.open(), world.open(), world.open(), world.open(), world.open()).stream()
              .peek(session -> world.token(session, World.grant("read", "stuck"), World.PROXY))
              .toList();
      stuck.revocation = stuck::hang;
      held.forEach(world::end);
      var session = world.open();
      world.token(session, GRANT, World.PROXY);
      world.end(session);
      world.awaitClosed(session);
      held.forEach(other -> assertThat(world.state(other)).isEqualTo(SessionState.CLOSING));
    }
  }

  @Test
  void revokesSoonAlthoughTheCutIsNotKnownAndClosesOnlyWhenItIs() {
    var cut = new CountDownLatch(1);
    world.cutting((_, _, _) -> {
      cut.await();
      return new Cuts.CutReport(List.of());
    });
    var session = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    world.end(session);
    world.clock.advance(Duration.ofSeconds(2));
    World.await("proven", () -> world.rows(session).getFirst().outcome().isPresent());
    assertThat(issuer.alive(token)).isFalse();
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    cut.countDown();
    world.awaitClosed(session);
  }

  @Test
  void tellsWhenTheCutIsKnown() throws InterruptedException {
    var cut = new CountDownLatch(1);
    world.cutting((_, _, _) -> {
      cut.await();
      return new Cuts.CutReport(List.of());
    });
    issuer.revocation = issuer::lie;
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    world.end(session);
    var told = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          try {
            world.closures().awaitCut(session.id());
            told.countDown();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    assertThat(told.getCount()).isEqualTo(1);
    cut.countDown();
    told.await();
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
  }

  @Test
  void revokesWhereItWasIssuedAlthoughTheProviderIsConfiguredElsewhereByNow(
      @TempDir Path elsewhere) {
    try (var other = FakeIssuer.start(elsewhere)) {
      var session = world.open();
      var token = world.token(session, GRANT, World.PROXY);
      world.offer("idp", other);
      world.end(session);
      world.awaitClosed(session);
      assertThat(issuer.alive(token)).isFalse();
      assertThat(other.asked()).isEmpty();
      var gone = world.open();
      world.token(gone, GRANT, World.PROXY);
      world.resources.clear();
      world.end(gone);
      world.awaitClosed(gone);
    }
  }

  @Test
  void countsASessionAsOverdueAfterAMinute() {
    issuer.revocation = issuer::lie;
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    world.end(session);
    World.await("tried", () -> world.rows(session).getFirst().revokeAttempts() > 0);
    assertThat(world.closures().overdue()).isZero();
    world.clock.advance(Duration.ofSeconds(61));
    World.await("overdue", () -> world.closures().overdue() == 1);
    // The minute is longer than the issuer says it needs: it lies once more, and then has its time
    // again.
    World.await("tried again", () -> world.rows(session).getFirst().revokeAttempts() == 2);
    issuer.revocation = issuer::revoke;
    world.clock.advance(Duration.ofSeconds(6));
    world.awaitClosed(session);
    World.await("no more", () -> world.closures().overdue() == 0);
  }

  @Test
  void erasesTheSealedCopyAndWritesTheTokenNowhere() throws IOException {
    var session = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    var id = world.rows(session).getFirst().id();
    assertThat(world.credentials().sealed(id)).isPresent();
    world.end(session);
    world.awaitClosed(session);
    assertThat(world.credentials().sealed(id)).isEmpty();
    var needle = token.substring(4, 24);
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(content(file)).as(file.toString()).doesNotContain(needle);
      }
    }
    var log = Path.of("target/test.log");
    World.await("logged", () -> content(log).contains("session " + session.id() + " closed"));
    assertThat(content(log)).doesNotContain(needle);
  }

  @Test
  void namesEveryCredentialOfASessionThatHadAsManyAsItMay() {
    var session = world.open();
    var spec = "{}";
    var why = "w".repeat(200);
    world.token(session, GRANT, World.PROXY);
    var parent = Optional.of(world.rows(session).getFirst().id());
    var asked = CredentialTable.Asking.RECORDED;
    var count = 1;
    while (asked == CredentialTable.Asking.RECORDED) {
      var draft = draft(session, world.ids.next(), parent);
      asked = world.credentials().ask(draft, spec);
      world.credentials().lost(draft.id(), why, world.clock.instant());
      count++;
    }
    assertThat(asked).isEqualTo(CredentialTable.Asking.TOO_MANY);
    assertThat(count).isEqualTo(CredentialTable.SESSION_MAX + 1);
    world.end(session);
    world.awaitClosed(session);
    assertThat(receipt(session).credentials()).hasSize(CredentialTable.SESSION_MAX);
    assertThat(world.sessions().receipt(session.id()).orElseThrow().size())
        .isLessThanOrEqualTo(Dsse.BYTES_MAX);
  }

  /// One with names as long as they may be.
  private CredentialRow draft(StoredSession session, String id, Optional<String> parent) {
    var at = world.clock.instant();
    return new CredentialRow(
        id,
        session.id().value(),
        "p".repeat(63),
        "v",
        "g".repeat(63),
        "https://" + "a".repeat(253) + ":65535",
        session.workload(),
        World.PROXY,
        parent,
        CredentialRow.State.ISSUING,
        at,
        Optional.empty(),
        Optional.empty(),
        at,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        "",
        at);
  }

  @Test
  void goesOnWhereItWasAfterDyingAtAnyWrite() {
    for (var point = 0; ; point++) {
      if (!diesAt(point)) {
        assertThat(point).isGreaterThan(10);
        return;
      }
    }
  }

  /// One session from its first credential to CLOSED, with a death at the given write and a new
  /// start; false when there was no such write.
  private boolean diesAt(int point) {
    var fate = new Fate(point);
    var before = issuer.issued().size();
    var session = world.open();
    world.restart(fate);
    var answer = world.broker().issue(session, GRANT, World.API, World.PROXY, "");
    assertThat(answer).isNotNull();
    if (!fate.fulfilled()) {
      world.end(session);
      World.await(
          "closed or dead", () -> fate.fulfilled() || world.state(session) == SessionState.CLOSED);
    }
    world.restart(() -> {});
    if (world.state(session) == SessionState.ACTIVE) {
      world.end(session);
    }
    world.awaitClosed(session);
    // What was issued is dead, or it died with the process that alone had it: then the receipt says
    // until when it may live.
    var mayLive =
        receipt(session).credentials().stream()
            .anyMatch(end ->
                end.outcome() == Receipt.Outcome.DEAD_BY_EXPIRY
                    && end.note().startsWith("asked for by a process that died"));
    var fresh = issuer.issued().subList(before, issuer.issued().size());
    assertThat(fresh.stream().filter(issuer::alive).count())
        .as("alive after death at write %d", point)
        .isLessThanOrEqualTo(mayLive ? 1 : 0);
    receipt(session)
        .credentials()
        .forEach(end -> assertThat(world.credentials().sealed(end.id())).isEmpty());
    return fate.fulfilled();
  }

  private Receipt receipt(StoredSession session) {
    var bytes = world.sessions().receipt(session.id()).orElseThrow().toByteArray();
    if (!(Dsse.parse(bytes) instanceof Parsed.Ok<Dsse>(Dsse dsse))) {
      throw new AssertionError("no DSSE");
    }
    assertThat(dsse.payloadType()).isEqualTo(Receipt.PAYLOAD_TYPE);
    assertThat(dsse.verifies(key())).isTrue();
    if (!(Receipt.parse(dsse.payload()) instanceof Parsed.Ok<Receipt>(Receipt receipt))) {
      throw new AssertionError("no receipt");
    }
    return receipt;
  }

  private PublicKey key() {
    var published = world.signer().published().getFirst();
    if (PublicKeys.fromPem(published.pem()) instanceof Parsed.Ok<PublicKey>(PublicKey key)) {
      assertThat(PublicKeys.id(key)).isEqualTo(published.id());
      return key;
    }
    throw new AssertionError("no key");
  }

  private static String content(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Lets the process die at one write, counted from 0: from then on nothing is written any more.
  private static final class Fate implements Runnable {
    private final int point;
    private int count;
    private boolean dead;

    Fate(int point) {
      this.point = point;
    }

    @Override
    public synchronized void run() {
      dead = dead || count++ == point;
      if (dead) {
        throw new Died();
      }
    }

    synchronized boolean fulfilled() {
      return dead;
    }
  }

  /// What a killed process would not even throw.
  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;

    Died() {
      super("died here", null, false, false);
    }
  }
}
