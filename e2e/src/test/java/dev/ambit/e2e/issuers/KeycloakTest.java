package dev.ambit.e2e.issuers;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ambit.dev.set.Folders;
import dev.ambit.e2e.issuers.IssuerResources.Wish;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.envelope.receipt.Receipt.Outcome;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Against a real Keycloak, asked by the control plane's JWT-SVID from a real SPIRE: what is issued
/// is revoked and proven dead, and nothing of what only looks like proof is taken for it.
class KeycloakTest {
  private static final String VERIFIER = "tickets-verifier";
  private static final String VERIFIER_SECRET = "verifier-secret";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration WARM = Duration.ofMinutes(3);

  private static Path folder;
  private static IssuingPlane plane;
  private static Keycloak keycloak;
  private static Server server;
  private static IssuingPlane.Desk desk;

  @BeforeAll
  static void start() throws Exception {
    folder = Folders.make("ambit-kc");
    plane = IssuingPlane.start(folder);
    var authority = Authority.create(folder);
    var bundle = plane.add(BundleEndpoint.start(plane.spire(), authority.server("bundle")));
    keycloak =
        plane.add(
            Keycloak.start(
                Files.createDirectory(folder.resolve("keycloak")), authority, bundle.url()));
    server = keycloak.server();
    var resources = Files.createDirectory(folder.resolve("resources"));
    Files.copy(authority.roots(), resources.resolve("ca.pem"));
    Files.writeString(resources.resolve("verifier.secret"), VERIFIER_SECRET);
    Files.writeString(resources.resolve("stranger.secret"), "stranger-secret");
    Files.writeString(resources.resolve("plain.secret"), "plain-secret");
    Files.writeString(resources.resolve("all.yaml"), IssuerResources.yaml(server, wishes()));
    desk = plane.open(resources);
    warmUp();
  }

  /// A cold server on a busy machine takes longer for its first answers than an issuer may.
  private static void warmUp() {
    var session = desk.openSession();
    Await.until("the first exchange", WARM, () -> desk.proxy().issues(session, "exchanged"));
    desk.close(session);
    var _ = desk.untilClosed(session);
  }

  private static List<Wish> wishes() {
    var svid = "    client: { svid: { audience: \"" + keycloak.issuer() + "\" } }\n";
    var verifier = "    verifier: { id: tickets-verifier, secret: { file: verifier.secret } }\n";
    var scopes = "    scopes: [\"tickets:read\", \"tickets:write\"]\n";
    var both = "    audience: [tickets-verifier, stranger]\n";
    var one = "    audience: [tickets-verifier]\n";
    return List.of(
        new Wish("read", svid + verifier + scopes + one, "tickets:read"),
        new Wish(
            "exchanged",
            svid
                + verifier
                + scopes
                + one
                + "    tokenExchange: { subjectScopes: [\"ambit:own\"] }\n",
            "tickets:read"),
        new Wish(
            "detailed",
            svid
                + verifier
                + scopes
                + one
                + "    authorizationDetails: '[{\"type\":\"tickets\",\"actions\":[\"read\"]}]'\n",
            "tickets:read"),
        new Wish(
            "outsider",
            svid
                + "    verifier: { id: stranger, secret: { file: stranger.secret } }\n"
                + scopes
                + both,
            "tickets:read"),
        new Wish("wide", svid + verifier + scopes + one, "tickets:write"),
        new Wish(
            "elsewhere",
            svid + verifier + scopes + "    resource: [\"https://nobody.acme.test/\"]\n",
            "tickets:read"),
        new Wish(
            "plain",
            "    client: { id: plain, secret: { file: plain.secret } }\n" + verifier + scopes + one,
            "tickets:read"));
  }

  @AfterAll
  static void stop() throws IOException {
    if (plane != null) {
      plane.close();
    }
    if (folder != null) {
      Folders.remove(folder);
    }
  }

  @Test
  void issuesByTheControlPlanesSvidRevokesAndProvesDead() {
    var session = desk.openSession();
    var token = desk.proxy().token(session, "read");
    assertThat(alive(token)).isTrue();
    desk.close(session);
    var end = desk.untilClosed(session).getFirst();
    assertThat(end.outcome()).isEqualTo(Outcome.DEAD_PROVEN);
    assertThat(end.granted()).containsExactly("tickets:read");
    assertThat(alive(token)).isFalse();
  }

  @Test
  void leavesTheNeighboursTokenAlive() {
    var one = desk.openSession();
    var other = desk.openSession();
    var first = desk.proxy().token(one, "read");
    var second = desk.proxy().token(other, "read");
    desk.close(one);
    desk.untilClosed(one);
    assertThat(alive(first)).isFalse();
    assertThat(alive(second)).isTrue();
    desk.close(other);
    desk.untilClosed(other);
  }

  @Test
  void exchangedTokensDieBeforeTheirSubject() {
    var session = desk.openSession();
    var token = desk.proxy().token(session, "exchanged");
    assertThat(alive(token)).isTrue();
    desk.close(session);
    var ends = desk.untilClosed(session);
    assertThat(ends).hasSize(2);
    var subject = ends.getFirst();
    var leaf = ends.getLast();
    assertThat(leaf.parent()).contains(subject.id());
    assertThat(subject.grant()).isEmpty();
    assertThat(ends).extracting(Receipt.CredentialEnd::outcome).containsOnly(Outcome.DEAD_PROVEN);
    assertThat(subject.outcomeAt()).isAfterOrEqualTo(leaf.outcomeAt());
    assertThat(subject.granted()).containsExactly("ambit:own");
    assertThat(alive(token)).isFalse();
  }

  @Test
  void trapARevokedSubjectLeavesItsExchangedTokensAliveAndExchangeable() {
    var subject = server.issue("plain", "plain-secret", "ambit:own");
    var exchanged = server.exchange("plain", "plain-secret", subject, "tickets:read");
    assertThat(server.revoke("plain", "plain-secret", subject).status()).isEqualTo(200);
    assertThat(alive(subject)).isFalse();
    assertThat(alive(exchanged)).isTrue();
    var onward = server.exchange("plain", "plain-secret", exchanged, "tickets:read");
    assertThat(alive(onward)).isTrue();
  }

  @Test
  void trapRevokingGarbageIsAnsweredByTwoHundredAndAnError() {
    var answer = server.revoke("plain", "plain-secret", "garbage");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json()).containsEntry("error", "invalid_token");
  }

  @Test
  void trapAnotherClientCannotRevokeAndTheTokenLives() {
    var token = server.issue("plain", "plain-secret", "tickets:read");
    var answer = server.revoke("stranger", "stranger-secret", token);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(alive(token)).isTrue();
  }

  @Test
  void trapAVerifierOutsideTheAudienceSaysInactiveOfALiveToken() {
    var token = server.issue("plain", "plain-secret", "tickets:read");
    assertThat(alive(token)).isTrue();
    assertThat(server.active("stranger", "stranger-secret", token)).isFalse();
    assertThat(server.active("plain", "plain-secret", token)).isFalse();
    // So a provider with such a verifier hands nothing out, and revokes what it got.
    var session = desk.openSession();
    assertThat(desk.proxy().refused(session, "outsider"))
        .contains("positive control: the probe never said alive");
    desk.close(session);
    assertThat(desk.session(session).getState()).isEqualTo(SessionState.SESSION_STATE_CLOSING);
  }

  @Test
  void trapASwitchedOffClientIsNoRevocation() {
    var session = desk.openSession();
    var token = desk.proxy().token(session, "plain");
    keycloak.enable("plain", false);
    try {
      assertThat(alive(token)).isFalse();
      desk.close(session);
      Await.until(
          "tried",
          PATIENCE,
          () ->
              desk.session(session)
                  .getCredentials(0)
                  .getOutcomeDetail()
                  .contains("says dead, but"));
      assertThat(desk.session(session).getState()).isEqualTo(SessionState.SESSION_STATE_CLOSING);
    } finally {
      keycloak.enable("plain", true);
    }
    assertThat(desk.untilClosed(session).getFirst().outcome()).isEqualTo(Outcome.DEAD_PROVEN);
    assertThat(alive(token)).isFalse();
  }

  @Test
  void trapAClientSwitchedOnAgainRevivesItsTokens() {
    var token = server.issue("plain", "plain-secret", "tickets:read");
    keycloak.enable("plain", false);
    try {
      assertThat(alive(token)).isFalse();
    } finally {
      keycloak.enable("plain", true);
    }
    assertThat(alive(token)).isTrue();
  }

  @Test
  void trapAuthorizationDetailsAreIgnoredSoNothingIsHandedOut() {
    var session = desk.openSession();
    assertThat(desk.proxy().refused(session, "detailed"))
        .contains("authorization_details: ignored (expected: granted in the answer)");
    desk.close(session);
    assertThat(desk.untilClosed(session).getFirst().outcome()).isEqualTo(Outcome.DEAD_PROVEN);
  }

  @Test
  void trapARevokedTokenStillVerifiesLocally() throws ParseException, JOSEException {
    var session = desk.openSession();
    var token = SignedJWT.parse(desk.proxy().token(session, "read"));
    desk.close(session);
    desk.untilClosed(session);
    var keys = JWKSet.parse(server.send(HttpRequest.newBuilder(keycloak.keys())).body());
    var key = keys.getKeyByKeyId(token.getHeader().getKeyID()).toRSAKey();
    assertThat(token.verify(new RSASSAVerifier(key))).isTrue();
    assertThat(alive(token.serialize())).isFalse();
  }

  @Test
  void refusesATokenForOneAudienceMoreThanConfigured() {
    var session = desk.openSession();
    assertThat(desk.proxy().refused(session, "wide"))
        .contains("introspected aud: wider than configured (expected: a subset)");
    desk.close(session);
    assertThat(desk.untilClosed(session).getFirst().outcome()).isEqualTo(Outcome.DEAD_PROVEN);
  }

  @Test
  void isToldOfAResourceThatNobodyKnows() {
    var session = desk.openSession();
    assertThat(desk.proxy().refused(session, "elsewhere")).contains("status 400, invalid_target");
    desk.close(session);
    assertThat(desk.untilClosed(session)).isEmpty();
  }

  @Test
  void staysClosingWhileKeycloakStandsStillAndClosesWhenItGoesOn()
      throws IOException, InterruptedException {
    var session = desk.openSession();
    var token = desk.proxy().token(session, "exchanged");
    keycloak.signal("STOP");
    try {
      desk.close(session);
      Await.until(
          "tried",
          PATIENCE,
          () ->
              desk.session(session).getCredentialsList().stream()
                  .anyMatch(one -> one.getOutcomeDetail().contains("issuer: ")));
      assertThat(desk.session(session).getState()).isEqualTo(SessionState.SESSION_STATE_CLOSING);
    } finally {
      keycloak.signal("CONT");
    }
    assertThat(desk.untilClosed(session))
        .extracting(Receipt.CredentialEnd::outcome)
        .containsOnly(Outcome.DEAD_PROVEN);
    assertThat(alive(token)).isFalse();
  }

  private static boolean alive(String token) {
    return server.active(VERIFIER, VERIFIER_SECRET, token);
  }
}
