package dev.ambit.control.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.envelope.Grant;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A token that is for more than was asked for is revoked and never handed out, whether the issuer
/// says so when it issues or when its verifier asks.
class NarrownessTest {
  private static final Grant GRANT = World.grant("read", "idp");
  private static final String DETAILS =
      "[{\"type\":\"tickets\",\"actions\":[\"read\"],\"max\":3},{\"type\":\"notes\"}]";

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
  void refusesATokenForAnotherAudience() {
    told("{\"active\":true,\"aud\":\"https://other.example.org/\"}");
    refusedAndDead("introspected aud: wider than configured (expected: a subset)");
  }

  @Test
  void refusesATokenForOneAudienceMore() {
    told("{\"active\":true,\"aud\":[\"https://api.example.org/\",\"account\"]}");
    refusedAndDead("introspected aud: wider than configured (expected: a subset)");
  }

  @Test
  void refusesATokenThatAServerIgnoringResourceIndicatorsBindsToNobody() {
    told("{\"active\":true,\"scope\":\"items:read\"}");
    refusedAndDead("introspected aud: none (expected: bound to whom it was asked for)");
    told("{\"active\":true,\"aud\":[]}");
    assertThat(world.refused(world.open(), GRANT)).contains("introspected aud: none");
    told("{\"active\":true,\"aud\":[\"https://api.example.org/\",7]}");
    assertThat(world.refused(world.open(), GRANT)).contains("introspected aud: none");
  }

  @Test
  void refusesATokenThatIsGoodForMoreThanItsAnswerSaid() {
    told(
        "{\"active\":true,\"aud\":\"https://api.example.org/\",\"scope\":\"items:read items:write\"}");
    refusedAndDead("introspected scope: wider than asked (expected: a subset)");
  }

  @Test
  void refusesATokenWhoseServerIgnoresAuthorizationDetails() {
    details();
    refusedAndDead("authorization_details: ignored (expected: granted in the answer)");
    assertThat(issuer.asked().getFirst()).contains("&authorization_details=%5B%7B%22type%22");
  }

  @Test
  void refusesATokenWithOtherAuthorizationDetails() {
    details();
    answered("[{\"type\":\"tickets\",\"actions\":[\"read\",\"write\"],\"max\":3}]");
    refusedAndDead("authorization_details: wider than asked (expected: a subset)");
  }

  @Test
  void refusesAuthorizationDetailsThatNobodyAskedFor() {
    answered("[{\"type\":\"notes\"}]");
    refusedAndDead("authorization_details: wider than asked (expected: a subset)");
  }

  @Test
  void takesATokenWithSomeOfItsAuthorizationDetailsInAnyOrderOfMembers() {
    details();
    answered("[{\"max\":3,\"actions\":[\"read\"],\"type\":\"tickets\"}]");
    world.token(world.open(), GRANT, World.PROXY);
  }

  private void details() {
    var spec = world.spec("idp", issuer, issuer.at("/token"));
    world.resources.put("idp", new Change(spec).details(DETAILS));
  }

  private void answered(String details) {
    issuer.tokenAnswer =
        body -> body.replace("{\"access", "{\"authorization_details\":" + details + ",\"access");
  }

  private void told(String introspection) {
    issuer.introspection =
        form ->
            issuer.alive(form.getOrDefault("token", List.of("")).getFirst())
                ? new FakeIssuer.Answer(200, introspection)
                : new FakeIssuer.Answer(200, "{\"active\":false}");
  }

  private void refusedAndDead(String why) {
    var session = world.open();
    assertThat(world.refused(session, GRANT)).isEqualTo("provider idp: " + why);
    World.await("settled", () -> world.rows(session).getFirst().outcome().isPresent());
    assertThat(issuer.alive(issuer.issued().getFirst())).isFalse();
    assertThat(world.rows(session).getFirst().outcome())
        .contains(CredentialRow.Outcome.DEAD_PROVEN);
  }
}
