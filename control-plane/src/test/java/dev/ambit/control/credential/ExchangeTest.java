package dev.ambit.control.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialRow.Outcome;
import dev.ambit.control.store.CredentialRow.State;
import dev.ambit.envelope.Grant;
import dev.ambit.resources.ProviderSpec.Exchange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Credentials are exchanged from a token of the session's own, and die before it.
class ExchangeTest {
  private static final Grant READ = World.grant("read", "idp");
  private static final Grant WRITE = World.grant("write", "idp");

  @TempDir Path folder;
  private World world;
  private FakeIssuer issuer;

  @BeforeEach
  void start() {
    world = new World(folder);
    issuer = FakeIssuer.start(folder);
    offer("ambit:own");
  }

  @AfterEach
  void stop() {
    world.close();
    issuer.close();
  }

  private void offer(String subjectScope) {
    var spec = world.spec("idp", issuer, issuer.at("/token"));
    world.resources.put(
        "idp", new Change(spec).exchange(new Exchange(List.of(subjectScope), List.of())));
  }

  @Test
  void exchangesTheSessionsOwnTokenForOneAsNarrowAsTheGrant() {
    var session = world.open();
    var token = world.token(session, READ, World.PROXY);
    var subject = issuer.issued().getFirst();
    assertThat(token).isNotEqualTo(subject);
    assertThat(issuer.asked().stream().filter(line -> line.startsWith("/token ")))
        .containsExactly(
            "/token grant_type=client_credentials&scope=ambit%3Aown",
            "/token grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
                + "&subject_token="
                + subject
                + "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
                + "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
                + "&scope=items%3Aread&resource=https%3A%2F%2Fapi.example.org%2F");
    assertThat(own(session).grant()).isEmpty();
    assertThat(own(session).authority()).isEqualTo(issuerName());
    assertThat(world.rows(session).getLast().parent()).contains(own(session).id());
  }

  @Test
  void hasOneTokenOfItsOwnForEachSessionAndProxyHoweverManyAskAtOnce()
      throws InterruptedException, ExecutionException {
    var session = world.open();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var one = threads.submit(() -> world.token(session, READ, World.PROXY));
      var other = threads.submit(() -> world.token(session, WRITE, World.PROXY));
      assertThat(one.get()).isNotEqualTo(other.get());
    }
    assertThat(issuer.asked("/token")).isEqualTo(3);
    world.token(session, READ, world.ids.next());
    assertThat(issuer.asked("/token")).isEqualTo(5);
    assertThat(world.rows(session).stream().filter(row -> row.grant().isEmpty())).hasSize(2);
  }

  @Test
  void revokesLeavesFirstAndTheirSubjectLast() {
    var session = world.open();
    var read = world.token(session, READ, World.PROXY);
    var write = world.token(session, WRITE, World.PROXY);
    var subject = issuer.issued().getFirst();
    world.end(session);
    world.awaitClosed(session);
    assertThat(world.rows(session))
        .allSatisfy(row -> assertThat(row.outcome()).contains(Outcome.DEAD_PROVEN));
    var revoked =
        issuer.asked().stream()
            .filter(line -> line.startsWith("/revoke "))
            .map(line -> line.substring("/revoke token=".length(), line.indexOf('&')))
            .toList();
    assertThat(revoked.subList(0, 2)).containsExactlyInAnyOrder(read, write);
    assertThat(revoked.getLast()).isEqualTo(subject);
    assertThat(own(session).outcomeAt().orElseThrow())
        .isAfterOrEqualTo(world.rows(session).getLast().outcomeAt().orElseThrow());
  }

  @Test
  void keepsTheSubjectWhileALeafIsNotProvenDead() {
    var session = world.open();
    var leaf = world.token(session, READ, World.PROXY);
    issuer.revocation =
        form -> form.containsValue(List.of(leaf)) ? issuer.down(form) : issuer.revoke(form);
    world.end(session);
    World.await("tried", () -> world.rows(session).getLast().revokeAttempts() > 3);
    assertThat(own(session).revokeAttempts()).isZero();
    assertThat(issuer.alive(issuer.issued().getFirst())).isTrue();
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    issuer.revocation = issuer::revoke;
    world.awaitClosed(session);
    assertThat(own(session).outcome()).contains(Outcome.DEAD_PROVEN);
  }

  @Test
  void keepsTheOrderOverARestart() {
    var session = world.open();
    world.token(session, READ, World.PROXY);
    issuer.revocation = issuer::down;
    world.end(session);
    World.await("tried", () -> world.rows(session).getLast().revokeAttempts() > 0);
    world.restart(() -> {});
    issuer.revocation = issuer::revoke;
    world.awaitClosed(session);
    var alive = issuer.issued().stream().filter(issuer::alive).toList();
    assertThat(alive).isEmpty();
    assertThat(own(session).outcomeAt().orElseThrow())
        .isAfterOrEqualTo(world.rows(session).getLast().outcomeAt().orElseThrow());
  }

  @Test
  void exchangesNothingWithoutATokenOfItsOwn() {
    issuer.token =
        form ->
            form.containsKey("subject_token")
                ? issuer.issue(form)
                : new FakeIssuer.Answer(400, "{\"error\":\"unauthorized_client\"}");
    assertThat(world.refused(world.open(), READ))
        .isEqualTo("provider idp: token: status 400, unauthorized_client");
    assertThat(issuer.asked("/token")).isEqualTo(1);
  }

  @Test
  void refusesWhatIsNoAccessTokenAndRevokesIt() {
    issuer.tokenAnswer = body -> body.replace("access_token\",\"acc", "id_token\",\"acc");
    var session = world.open();
    assertThat(world.refused(session, READ))
        .isEqualTo("provider idp: issued_token_type: another (expected: access_token)");
    World.await("settled", () -> world.rows(session).getLast().outcome().isPresent());
    assertThat(issuer.alive(issuer.issued().getLast())).isFalse();
    assertThat(own(session).state()).isEqualTo(State.LIVE);
  }

  @Test
  void exchangesFromAFreshTokenOfItsOwnWhenTheOldOneHasLittleLifeLeft() {
    var session = world.open();
    world.token(session, READ, World.PROXY);
    var first = own(session);
    world.clock.advance(Duration.ofSeconds(211));
    world.token(session, READ, World.PROXY);
    assertThat(world.rows(session)).hasSize(4);
    assertThat(world.rows(session).getLast().parent())
        .contains(world.rows(session).get(2).id())
        .isNotEqualTo(first.id());
    world.clock.advance(Duration.ofSeconds(60));
    World.await("the old ones dead", () -> own(session).outcome().isPresent());
    assertThat(own(session).outcome()).contains(Outcome.DEAD_PROVEN);
    assertThat(issuer.issued().stream().filter(issuer::alive)).hasSize(2);
  }

  @Test
  void leavesATokenOfItsOwnAloneThatIsOfAnotherConfiguration() {
    var session = world.open();
    world.token(session, READ, World.PROXY);
    offer("ambit:other");
    world.token(session, WRITE, World.PROXY);
    assertThat(issuer.asked("/token")).isEqualTo(4);
    world.end(session);
    world.awaitClosed(session);
    assertThat(issuer.issued()).noneMatch(issuer::alive);
  }

  @Test
  void showsATokenOfItsOwnToNobodyButItsIssuer(@TempDir Path elsewhere) {
    try (var other = FakeIssuer.start(elsewhere)) {
      issuer.introspection =
          form -> {
            // The configuration changes while the session's own token is being checked.
            var spec = world.spec("idp", other, other.at("/token"));
            world.resources.put(
                "idp", new Change(spec).exchange(new Exchange(List.of("ambit:own"), List.of())));
            return issuer.introspect(form);
          };
      assertThat(world.refused(world.open(), READ))
          .isEqualTo("provider idp: session's own token: gone, or of another configuration");
      assertThat(other.asked()).isEmpty();
    }
  }

  @Test
  void hangsNothingNewOnWhatIsBeingRevoked() {
    var session = world.open();
    world.token(session, READ, World.PROXY);
    var own = own(session);
    issuer.token =
        form -> {
          // Between the answer about the subject and the exchange its proxy is lost.
          world.credentials().retire(own.id(), "to test", world.clock.instant());
          return issuer.issue(form);
        };
    // The exchange under way is still known as a leaf, so the subject waits for it.
    world.token(session, WRITE, World.PROXY);
    World.await(
        "waits", () -> world.credentials().find(own.id()).orElseThrow().state() == State.RETIRED);
    assertThat(world.rows(session).getLast().parent()).contains(own.id());
    issuer.token = issuer::issue;
    world.token(session, World.grant("third", "idp"), World.PROXY);
    assertThat(world.rows(session).getLast().parent())
        .isNotEqualTo(java.util.Optional.of(own.id()));
    assertThat(own(session).revokeAttempts()).isZero();
  }

  private CredentialRow own(StoredSession session) {
    return world.rows(session).getFirst();
  }

  private String issuerName() {
    var at = issuer.at("/token");
    return "https://localhost:" + at.getPort();
  }
}
