package dev.ambit.control.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.credential.World;
import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.credential.oauth.FakeIssuer.Answer;
import dev.ambit.control.credential.oauth.FakeIssuer.Behaviour;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.envelope.Grant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an issuer says of a revocation and of the token, and what is made of it: proven death takes
/// a token that was seen alive, a revocation that was accepted, and a verifier that says dead.
class OutcomesTest {
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

  @ParameterizedTest(name = "revocation {0}, introspection {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "accepted   | dead      | DEAD_PROVEN",
        "accepted   | alive     | UNPROVEN accepted the revocation and says it is alive",
        "accepted   | down      | UNPROVEN introspection: status 503",
        "accepted   | garbage   | UNPROVEN introspection: malformed JSON",
        "accepted   | silent    | UNPROVEN introspection: no \"active\"",
        "accepted   | texty     | UNPROVEN introspection: \"active\" is no boolean",
        "accepted   | twice     | UNPROVEN introspection: malformed JSON",
        "accepted   | redirect  | UNPROVEN introspection: status 302",
        "accepted   | huge      | UNPROVEN issuer: connection failed",
        "accepted   | forbidden | UNPROVEN introspection: status 401",
        "down       | dead      | UNPROVEN says dead, but its revocation was not accepted",
        "refused    | dead      | UNPROVEN says dead, but its revocation was not accepted",
        "redirect   | dead      | UNPROVEN says dead, but its revocation was not accepted",
        "down       | alive     | UNPROVEN the issuer says it is alive",
        "down       | down      | UNPROVEN introspection: status 503"
      })
  void settles(String revocation, String introspection, String expected) {
    var session = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    issuer.revocation = behaviour(revocation);
    issuer.introspection = behaviour(introspection);
    world.end(session);
    if (expected.equals("DEAD_PROVEN")) {
      world.awaitClosed(session);
      assertThat(row(session).outcome()).contains(CredentialRow.Outcome.DEAD_PROVEN);
      return;
    }
    World.await(
        "several tries that end so",
        () -> row(session).probeAttempts() > 3 && row(session).note().contains(why(expected)));
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    assertThat(row(session).note()).doesNotContain(token).doesNotContain("s3cret");
    // Its own expiry is the backstop.
    world.clock.advance(Duration.ofSeconds(306));
    world.awaitClosed(session);
    assertThat(row(session).outcome()).contains(CredentialRow.Outcome.DEAD_BY_EXPIRY);
    assertThat(row(session).note()).startsWith("not proven dead before its expiry: ");
  }

  private CredentialRow row(StoredSession session) {
    return world.rows(session).getFirst();
  }

  private static String why(String expected) {
    return expected.substring("UNPROVEN ".length());
  }

  private static Behaviour behaviour(String name) {
    var answers =
        Map.of(
            "accepted", new Answer(200, ""),
            "dead", new Answer(200, "{\"active\":false}"),
            "alive", new Answer(200, "{\"active\":true}"),
            "down", new Answer(503, "<html>down</html>"),
            "refused", new Answer(400, "{\"error\":\"unsupported_token_type\"}"),
            "redirect", new Answer(302, ""),
            "garbage", new Answer(200, "active: false"),
            "silent", new Answer(200, "{}"),
            "texty", new Answer(200, "{\"active\":\"false\"}"),
            "twice", new Answer(200, "{\"active\":false,\"active\":true}"));
    return switch (name) {
      case "huge" ->
          _ -> new Answer(200, "{\"active\":false,\"x\":\"" + "x".repeat(70_000) + "\"}");
      case "forbidden" -> _ -> new Answer(401, "{\"error\":\"invalid_client\"}");
      default -> _ -> answers.getOrDefault(name, new Answer(500, ""));
    };
  }
}
