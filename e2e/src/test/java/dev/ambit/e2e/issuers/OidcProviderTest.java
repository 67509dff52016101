package dev.ambit.e2e.issuers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.set.Folders;
import dev.ambit.e2e.issuers.IssuerResources.Wish;
import dev.ambit.envelope.receipt.Receipt.Outcome;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Against a real `oidc-provider`, asked with assertions of the client's own key: opaque tokens
/// bound to a resource and to authorization details are issued, revoked and proven dead.
class OidcProviderTest {
  private static Path folder;
  private static IssuingPlane plane;
  private static Server server;
  private static IssuingPlane.Desk desk;

  @BeforeAll
  static void start() throws Exception {
    folder = Folders.make("ambit-op");
    plane = IssuingPlane.start(folder);
    var authority = Authority.create(folder);
    var resources = Files.createDirectory(folder.resolve("resources"));
    Files.copy(authority.roots(), resources.resolve("ca.pem"));
    Files.writeString(resources.resolve("verifier.secret"), "verifier-secret");
    Files.writeString(resources.resolve("stranger.secret"), "stranger-secret");
    var keys = Keys.generate();
    Files.writeString(resources.resolve("client.key"), Pem.privateKey(keys.getPrivate()));
    Files.writeString(resources.resolve("other.key"), Pem.privateKey(Keys.generate().getPrivate()));
    var publicKey =
        Files.writeString(
            folder.resolve("client.pub"),
            "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n");
    var provider =
        plane.add(
            OidcProvider.start(
                Files.createDirectory(folder.resolve("oidc")), authority, publicKey));
    server = provider.server();
    Files.writeString(
        resources.resolve("all.yaml"), IssuerResources.yaml(server, wishes(provider.issuer())));
    desk = plane.open(resources);
  }

  private static List<Wish> wishes(String issuer) {
    var client =
        "    client: { id: ambit, key: { file: client.key, id: ambit-1, audience: \""
            + issuer
            + "\" } }\n";
    var verifier = "    verifier: { id: tickets-verifier, secret: { file: verifier.secret } }\n";
    var scopes = "    scopes: [\"tickets:read\", \"tickets:write\"]\n";
    var resource = "    resource: [\"" + OidcProvider.RESOURCE + "\"]\n";
    return List.of(
        new Wish("read", client + verifier + scopes + resource, "tickets:read"),
        new Wish(
            "detailed",
            client
                + verifier
                + scopes
                + resource
                + "    authorizationDetails: '[{\"type\":\"tickets\",\"actions\":[\"read\"]}]'\n",
            "tickets:read"),
        new Wish(
            "unbound",
            client + verifier + scopes + "    audience: [\"" + OidcProvider.RESOURCE + "\"]\n",
            "tickets:read"),
        new Wish(
            "outsider",
            client
                + "    verifier: { id: stranger, secret: { file: stranger.secret } }\n"
                + scopes
                + resource,
            "tickets:read"),
        new Wish(
            "forged",
            client.replace("client.key", "other.key") + verifier + scopes + resource,
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
  void issuesByItsOwnKeyRevokesAndProvesDead() {
    var session = desk.openSession();
    var token = desk.proxy().token(session, "read");
    assertThat(token).doesNotContain(".");
    assertThat(alive(token)).isTrue();
    desk.close(session);
    var end = desk.untilClosed(session).getFirst();
    assertThat(end.outcome()).isEqualTo(Outcome.DEAD_PROVEN);
    assertThat(end.granted()).containsExactly("tickets:read");
    assertThat(alive(token)).isFalse();
  }

  @Test
  void takesATokenWhoseAuthorizationDetailsWereGranted() {
    var session = desk.openSession();
    var token = desk.proxy().token(session, "detailed");
    assertThat(alive(token)).isTrue();
    desk.close(session);
    assertThat(desk.untilClosed(session).getFirst().outcome()).isEqualTo(Outcome.DEAD_PROVEN);
  }

  @Test
  void handsOutNoTokenThatIsBoundToNobody() {
    var session = desk.openSession();
    assertThat(desk.proxy().refused(session, "unbound"))
        .contains("introspected aud: none (expected: bound to whom it was asked for)");
    desk.close(session);
    assertThat(desk.untilClosed(session).getFirst().outcome()).isEqualTo(Outcome.DEAD_PROVEN);
  }

  @Test
  void handsOutNothingThatItsVerifierMayNotSee() {
    var session = desk.openSession();
    assertThat(desk.proxy().refused(session, "outsider"))
        .contains("positive control: the probe never said alive");
  }

  @Test
  void getsNothingWithAKeyThatTheServerDoesNotKnow() {
    var session = desk.openSession();
    assertThat(desk.proxy().refused(session, "forged")).contains("invalid_client");
    desk.close(session);
    assertThat(desk.untilClosed(session)).isEmpty();
  }

  @Test
  void trapRevokingGarbageIsAnsweredByTwoHundredAndNothing() {
    var answer = server.revoke("stranger", "stranger-secret", "garbage");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void trapAnotherClientCannotRevokeAndTheTokenLives() {
    var session = desk.openSession();
    var token = desk.proxy().token(session, "read");
    assertThat(server.revoke("stranger", "stranger-secret", token).status()).isEqualTo(400);
    assertThat(alive(token)).isTrue();
    assertThat(server.active("stranger", "stranger-secret", token)).isFalse();
    desk.close(session);
    assertThat(desk.untilClosed(session).getFirst().outcome()).isEqualTo(Outcome.DEAD_PROVEN);
  }

  private static boolean alive(String token) {
    return server.active("tickets-verifier", "verifier-secret", token);
  }
}
