package dev.ambit.control.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialRow.State;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Scheme;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A credential is issued once, as narrow as ordered and seen alive, or not handed out at all.
class SealedBrokerTest {
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
  void asksForExactlyWhatTheGrantSays() {
    world.token(world.open(), GRANT, World.PROXY);
    assertThat(issuer.asked().getFirst())
        .isEqualTo(
            "/token grant_type=client_credentials&scope=items%3Aread"
                + "&resource=https%3A%2F%2Fapi.example.org%2F");
  }

  @Test
  void handsOutTheSameCredentialAgain() {
    var session = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    assertThat(world.token(session, GRANT, World.PROXY)).isEqualTo(token);
    assertThat(issuer.asked("/token")).isEqualTo(1);
    assertThat(world.broker().credentials(session.id()))
        .singleElement()
        .satisfies(view -> assertThat(view.outcome()).isEmpty());
  }

  @Test
  void issuesOnceForManyWhoAskAtTheSameTime() throws InterruptedException, ExecutionException {
    var session = world.open();
    var tokens = new HashSet<String>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var asking = new ArrayList<Callable<String>>();
      for (var n = 0; n < 64; n++) {
        asking.add(() -> world.token(session, GRANT, World.PROXY));
      }
      for (var answer : threads.invokeAll(asking)) {
        tokens.add(answer.get());
      }
    }
    assertThat(tokens).hasSize(1);
    assertThat(issuer.asked("/token")).isEqualTo(1);
  }

  @Test
  void issuesOneForEachSessionGrantAuthorityAndProxy() {
    var session = world.open();
    var other = world.open();
    var elsewhere = new Authority(Scheme.HTTPS, "b.example.org", 443);
    world.token(session, GRANT, World.PROXY);
    world.token(other, GRANT, World.PROXY);
    world.token(session, World.grant("write", "idp"), World.PROXY);
    world.token(session, GRANT, world.ids.next());
    assertThat(world.broker().issue(session, GRANT, elsewhere, World.PROXY, ""))
        .isInstanceOf(Broker.Answer.Issued.class);
    assertThat(issuer.asked("/token")).isEqualTo(5);
  }

  @Test
  void neverIssuesForPlaintext() {
    var plain = new Authority(Scheme.HTTP, "api.example.org", 80);
    assertThat(world.broker().issue(world.open(), GRANT, plain, World.PROXY, ""))
        .isInstanceOf(Broker.Answer.Unavailable.class);
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void replacesWhatHasLittleLifeLeftAndRevokesTheOldOneAfterItsDrain() {
    var session = world.open();
    var old = world.token(session, GRANT, World.PROXY);
    world.clock.advance(Duration.ofSeconds(209));
    assertThat(world.token(session, GRANT, World.PROXY)).isEqualTo(old);
    world.clock.advance(Duration.ofSeconds(2));
    var fresh = world.token(session, GRANT, World.PROXY);
    assertThat(fresh).isNotEqualTo(old);
    assertThat(issuer.alive(old)).isTrue();
    world.clock.advance(Duration.ofSeconds(60));
    World.await("old one dead", () -> world.rows(session).getFirst().outcome().isPresent());
    assertThat(issuer.alive(old)).isFalse();
    assertThat(issuer.alive(fresh)).isTrue();
    assertThat(world.rows(session).getFirst().outcome())
        .contains(CredentialRow.Outcome.DEAD_PROVEN);
    assertThat(world.state(session)).isEqualTo(SessionState.ACTIVE);
  }

  @Test
  void goesOnWithTheOldCredentialWhenTheIssuerIsDownAtRenewal() {
    var session = world.open();
    var old = world.token(session, GRANT, World.PROXY);
    world.clock.advance(Duration.ofSeconds(250));
    issuer.token = issuer::down;
    assertThat(world.token(session, GRANT, World.PROXY)).isEqualTo(old);
    world.clock.advance(Duration.ofSeconds(51));
    assertThat(world.refused(session, GRANT)).isEqualTo("provider idp: token: status 503");
  }

  @Test
  void issuesAnotherInPlaceOfTheOneThatAnUpstreamRejectedOnce() {
    var session = world.open();
    var old = world.token(session, GRANT, World.PROXY);
    var rejected = world.rows(session).getFirst().id();
    var fresh = tokenInPlaceOf(session, rejected);
    assertThat(fresh).isNotEqualTo(old);
    // Whoever else was rejected with the same one gets the same answer, and nothing new is issued.
    assertThat(tokenInPlaceOf(session, rejected)).isEqualTo(fresh);
    assertThat(tokenInPlaceOf(session, world.ids.next())).isEqualTo(fresh);
    assertThat(issuer.asked("/token")).isEqualTo(2);
    assertThat(world.rows(session).getLast().granted())
        .isEqualTo(world.rows(session).getFirst().granted());
    world.clock.advance(Duration.ofSeconds(60));
    World.await("the old one dead", () -> world.rows(session).getFirst().outcome().isPresent());
    assertThat(issuer.alive(old)).isFalse();
    assertThat(issuer.alive(fresh)).isTrue();
  }

  @Test
  void handsTheRejectedOneOutToNobodyWhoRejectedItWhenTheIssuerIsDown() {
    var session = world.open();
    var old = world.token(session, GRANT, World.PROXY);
    var rejected = world.rows(session).getFirst().id();
    issuer.token = issuer::down;
    assertThat(world.broker().issue(session, GRANT, World.API, World.PROXY, rejected))
        .isInstanceOf(Broker.Answer.Unavailable.class);
    assertThat(world.token(session, GRANT, World.PROXY)).isEqualTo(old);
  }

  private String tokenInPlaceOf(StoredSession session, String rejected) {
    return switch (world.broker().issue(session, GRANT, World.API, World.PROXY, rejected)) {
      case Broker.Answer.Issued issued -> {
        try (var value = issued.injection().value()) {
          yield new String(value.bytes(), StandardCharsets.US_ASCII).substring("Bearer ".length());
        }
      }
      case Broker.Answer.Unavailable(String detail) -> throw new AssertionError(detail);
    };
  }

  @Test
  void usesNoCredentialBeyondTheSessionOrTheConfiguredLifetime() {
    issuer.tokenAnswer = body -> body.replace("300", "86400");
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    var row = world.rows(session).getFirst();
    assertThat(row.notAfter()).contains(world.clock.instant().plus(Duration.ofMinutes(10)));
    assertThat(row.diesAt()).isEqualTo(world.clock.instant().plus(Duration.ofDays(1)));
    world.clock.advance(Duration.ofMinutes(55));
    world.token(session, GRANT, World.PROXY);
    assertThat(world.rows(session).getLast().notAfter()).contains(session.expiresAt());
  }

  @Test
  void refusesAndRevokesWhatIsWiderThanAsked() {
    issuer.tokenAnswer = body -> body.replace("items:read", "items:read items:write");
    refusedAndDead("provider idp: scope: wider than asked (expected: a subset)");
  }

  @Test
  void acceptsWhatIsNarrowerThanAsked() {
    issuer.tokenAnswer = body -> body.replace("items:read", "");
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    assertThat(world.rows(session).getFirst().granted()).isEmpty();
  }

  @Test
  void takesAnAbsentScopeForTheOneAsked() {
    issuer.tokenAnswer = body -> body.replace(",\"scope\":\"items:read\"", "");
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    assertThat(world.rows(session).getFirst().granted()).containsExactly("items:read");
  }

  @Test
  void refusesAndRevokesAnotherTokenType() {
    issuer.tokenAnswer = body -> body.replace("Bearer", "DPoP");
    refusedAndDead("provider idp: token_type: another (expected: Bearer)");
  }

  @Test
  void refusesAndRevokesATokenWithoutExpiry() {
    issuer.tokenAnswer = body -> body.replace("\"expires_in\":300,", "");
    refusedAndDead("provider idp: expires_in: missing or unusable (expected: seconds, at least 1)");
  }

  @Test
  void refusesAndRevokesATokenInMalformedJson() {
    issuer.tokenAnswer = body -> body.replace("}", ",\"scope\":\"items:read\"}");
    refusedAndDead("provider idp: answer: malformed JSON");
  }

  @Test
  void refusesARefreshTokenAndRevokesBoth() {
    issuer.tokenAnswer = body -> body.replace("{", "{\"refresh_token\":\"refresh-1\",");
    refusedAndDead("provider idp: refresh_token: came along (expected: none)");
    assertThat(issuer.asked()).contains("/revoke token=refresh-1&token_type_hint=refresh_token");
  }

  @Test
  void refusesAndRevokesWhatNoHeaderCanCarry() {
    issuer.tokenAnswer = body -> body.replace("\"tok-", "\"\\n\",\"access_token\":\"tok-");
    assertThat(world.refused(world.open(), GRANT))
        .startsWith("provider idp: access_token: not usable in a header");
  }

  @Test
  void refusesATokenThatTheIssuerGaveOutBeforeAndLeavesItsOwnerAlone() {
    var first = world.open();
    var token = world.token(first, GRANT, World.PROXY);
    issuer.tokenAnswer = body -> body.replaceFirst("tok-[^\"]+", token);
    var second = world.open();
    assertThat(world.refused(second, GRANT))
        .isEqualTo(
            "provider idp: token: given out before (expected: one of its own for each issue)");
    assertThat(world.rows(second)).isEmpty();
    assertThat(issuer.alive(token)).isTrue();
    assertThat(world.rows(first).getFirst().state()).isEqualTo(State.LIVE);
  }

  @Test
  void waitsForTheIssuersAnswerBeforeItStops() throws InterruptedException {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    issuer.token =
        form -> {
          asked.countDown();
          awaitQuietly(answer);
          return issuer.issue(form);
        };
    var session = world.open();
    var asking = Thread.ofVirtual().start(() -> world.token(session, GRANT, World.PROXY));
    asked.await();
    var closing = Thread.ofVirtual().start(() -> world.broker().close());
    World.await("waiting", () -> closing.getState() == Thread.State.TIMED_WAITING);
    assertThat(closing.isAlive()).isTrue();
    answer.countDown();
    closing.join();
    asking.join();
    assertThat(world.rows(session).getFirst().state()).isEqualTo(State.LIVE);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void refusesWhatTheVerifierDoesNotSeeAliveAndRevokesIt() {
    // A verifier outside the token's audience is told "inactive" about a live token.
    issuer.introspection = _ -> new FakeIssuer.Answer(200, "{\"active\":false}");
    var session = world.open();
    assertThat(world.refused(session, GRANT))
        .isEqualTo("provider idp: positive control: the probe never said alive");
    World.await("revoked", () -> world.rows(session).getFirst().revokedAt().isPresent());
    var row = world.rows(session).getFirst();
    assertThat(row.state()).isEqualTo(State.RETIRED);
    assertThat(row.aliveAt()).isEmpty();
    assertThat(issuer.alive(issuer.issued().getFirst())).isFalse();
    // Nothing but its own expiry settles it.
    world.clock.advance(Duration.ofSeconds(306));
    World.await("settled", () -> world.rows(session).getFirst().outcome().isPresent());
    assertThat(world.rows(session).getFirst().outcome())
        .contains(CredentialRow.Outcome.DEAD_BY_EXPIRY);
  }

  @Test
  void retriesThePositiveControlForAnIssuerThatIsSlowToKnowItsOwnToken() {
    issuer.introspection =
        form ->
            issuer.asked("/introspect") < 3
                ? new FakeIssuer.Answer(200, "{\"active\":false}")
                : issuer.introspect(form);
    var session = world.open();
    world.token(session, GRANT, World.PROXY);
    assertThat(world.rows(session).getFirst().probeAttempts()).isEqualTo(3);
  }

  @Test
  void remembersAsDeadByExpiryWhatMayHaveBeenIssuedAndWasLost() {
    issuer.tokenAnswer = body -> "not json " + body.length();
    var session = world.open();
    assertThat(world.refused(session, GRANT)).isEqualTo("provider idp: answer: malformed JSON");
    var row = world.rows(session).getFirst();
    assertThat(row.outcome()).contains(CredentialRow.Outcome.DEAD_BY_EXPIRY);
    assertThat(row.outcomeAt()).contains(row.askedAt().plus(Duration.ofMinutes(10)));
    assertThat(row.note()).startsWith("may have been issued, but nobody has it");
  }

  @Test
  void remembersNothingOfWhatWasSurelyNotIssued() {
    issuer.token = _ -> new FakeIssuer.Answer(400, "{\"error\":\"invalid_scope\"}");
    var session = world.open();
    assertThat(world.refused(session, GRANT))
        .isEqualTo("provider idp: token: status 400, invalid_scope");
    assertThat(world.rows(session)).isEmpty();
  }

  @Test
  void repeatsNoErrorThatTheIssuerMadeUp() {
    issuer.token = _ -> new FakeIssuer.Answer(400, "{\"error\":\"<script>\"}");
    assertThat(world.refused(world.open(), GRANT))
        .isEqualTo("provider idp: token: status 400, unknown_error");
  }

  @Test
  void followsNoRedirect() {
    issuer.token = _ -> new FakeIssuer.Answer(307, "");
    assertThat(world.refused(world.open(), GRANT)).isEqualTo("provider idp: token: status 307");
    assertThat(issuer.asked("/token")).isEqualTo(1);
  }

  @Test
  void readsNoMoreThan64KibOfAnAnswer() {
    issuer.tokenAnswer = body -> body + " ".repeat(64 * 1_024);
    var session = world.open();
    assertThat(world.refused(session, GRANT)).isEqualTo("provider idp: issuer: connection failed");
    assertThat(world.rows(session).getFirst().outcome())
        .contains(CredentialRow.Outcome.DEAD_BY_EXPIRY);
  }

  @Test
  void waitsNoLongerThanTheRequestMayTake() {
    issuer.token = issuer::hang;
    assertThat(world.refused(world.open(), GRANT)).contains("no answer within");
  }

  @Test
  void trustsNoIssuerThatItsRootsDoNotVouchFor(@TempDir Path elsewhere) {
    try (var other = FakeIssuer.start(elsewhere)) {
      world.resources.put("idp", world.spec("idp", issuer, other.at("/token")));
      var session = world.open();
      assertThat(world.refused(session, GRANT)).contains("TLS handshake failed");
      assertThat(other.asked()).isEmpty();
      assertThat(world.rows(session)).isEmpty();
    }
  }

  @Test
  void refusesAnUnknownProviderAndANarrowingThatWidens() {
    var session = world.open();
    assertThat(world.refused(session, World.grant("read", "nobody")))
        .isEqualTo("provider: not configured any more");
    var spec = world.spec("idp", issuer, issuer.at("/token"));
    world.resources.put("idp", new Change(spec).scopes("other"));
    assertThat(world.refused(session, GRANT)).contains("narrow: wider than the provider's");
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void issuesNothingOnceTheSessionHasEnded() {
    var session = world.open();
    world.end(session);
    assertThat(world.refused(session, GRANT)).isEqualTo("session: not ACTIVE any more");
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void handsOutNothingWhenTheSessionEndsWhileTheIssuerAnswers() {
    var session = world.open();
    issuer.token =
        form -> {
          world.end(session);
          return issuer.issue(form);
        };
    assertThat(world.refused(session, GRANT)).contains("session: not ACTIVE any more");
    world.awaitClosed(session);
    assertThat(issuer.alive(issuer.issued().getFirst())).isFalse();
    assertThat(world.rows(session).getFirst().outcome())
        .contains(CredentialRow.Outcome.DEAD_PROVEN);
  }

  @Test
  void revokesOnlyTheLostProxysCredentialsAndKeepsTheSessionActive() {
    var session = world.open();
    var neighbour = world.ids.next();
    var lost = world.token(session, GRANT, World.PROXY);
    var kept = world.token(session, GRANT, neighbour);
    world.broker().proxyLost("spiffe://example.org/somebody-else", World.PROXY);
    world.broker().proxyLost(session.workload(), World.PROXY);
    World.await("settled", () -> world.rows(session).getFirst().outcome().isPresent());
    assertThat(issuer.alive(lost)).isFalse();
    assertThat(issuer.alive(kept)).isTrue();
    assertThat(world.state(session)).isEqualTo(SessionState.ACTIVE);
    assertThat(world.token(session, GRANT, World.PROXY)).isNotEqualTo(lost);
    assertThat(world.token(session, GRANT, neighbour)).isEqualTo(kept);
  }

  private void refusedAndDead(String why) {
    var session = world.open();
    assertThat(world.refused(session, GRANT)).isEqualTo(why);
    World.await("settled", () -> world.rows(session).getFirst().outcome().isPresent());
    assertThat(issuer.alive(issuer.issued().getFirst())).isFalse();
    assertThat(world.rows(session).getFirst().outcome())
        .contains(CredentialRow.Outcome.DEAD_PROVEN);
    assertThat(world.state(session)).isEqualTo(SessionState.ACTIVE);
  }
}
