package dev.ambit.control.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.CredentialRow.Outcome;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.resources.ProviderSpec.StandingKey;
import dev.ambit.resources.ProviderSpec.Use;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A standing key is used where it is wanted, and never said to be dead.
class StandingKeysTest {
  private static final String KEY = "k3y/of the+company";
  private static final Grant GRANT =
      new Grant(
          "read",
          "api",
          Set.of("GET"),
          List.of(PathTemplate.parse("/v1/items").orThrow()),
          OptionalLong.empty(),
          new CredentialRef("key", new TreeMap<>()));

  @TempDir Path folder;
  private World world;
  private Path file;

  @BeforeEach
  void start() throws IOException {
    world = new World(folder);
    file = Files.writeString(folder.resolve("company.key"), KEY + "\n");
    offer(new Use.Header("x-api-key", ""));
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private void offer(Use use) {
    world.resources.put("key", new StandingKey("key", file, use, Duration.ofMinutes(30)));
  }

  @Test
  void goesIntoAHeaderWithItsPrefix() {
    offer(new Use.Header("authorization", "Token "));
    assertThat(injected(world.open())).isEqualTo("authorization / Token " + KEY);
  }

  @Test
  void goesIntoBasicAsThePassword() {
    offer(new Use.Basic("ambit"));
    var pair = ("ambit:" + KEY).getBytes(StandardCharsets.US_ASCII);
    assertThat(injected(world.open()))
        .isEqualTo("authorization / Basic " + Base64.getEncoder().encodeToString(pair));
  }

  @Test
  void goesIntoAQueryEscaped() {
    offer(new Use.Query("key"));
    assertThat(injected(world.open())).isEqualTo(" key/ k3y%2Fof%20the%2Bcompany");
  }

  @Test
  void outlivesItsSessionWhichClosesAtOnceAndSaysSo() {
    var session = world.open();
    injected(session);
    world.end(session);
    world.awaitClosed(session);
    var row = world.rows(session).getFirst();
    assertThat(row.outcome()).contains(Outcome.OUTLIVES_SESSION);
    assertThat(row.note()).isEqualTo("the key in company.key outlives the session");
    assertThat(row.revokeAttempts() + row.probeAttempts()).isZero();
    assertThat(world.credentials().sealed(row.id())).isEmpty();
    assertThat(world.broker().credentials(session.id()))
        .singleElement()
        .satisfies(view -> assertThat(view.outcome()).contains(new ClosureOutcome.Outlives()));
  }

  @Test
  void isSharedBySessions() {
    var one = world.open();
    var other = world.open();
    injected(one);
    injected(other);
    world.end(one);
    world.awaitClosed(one);
    assertThat(world.state(other)).isEqualTo(SessionState.ACTIVE);
    injected(other);
  }

  @Test
  void isReadAnewSoThatItsRotationIsFollowed() throws IOException {
    var session = world.open();
    injected(session);
    Files.writeString(file, "n3w");
    assertThat(injected(session)).endsWith(KEY);
    world.clock.advance(Duration.ofMinutes(22));
    assertThat(injected(session)).endsWith("n3w");
  }

  @Test
  void isReadAnewAtOnceWhenTheUpstreamRejectsIt() throws IOException {
    var session = world.open();
    injected(session);
    Files.writeString(file, "n3w");
    var rejected = world.rows(session).getFirst().id();
    var answer = world.broker().issue(session, GRANT, World.API, World.PROXY, rejected);
    assertThat(shown(answer)).endsWith("n3w");
  }

  @Test
  void isRefusedWhenItIsMissingEmptyOrOfMoreThanOneLine() throws IOException {
    for (var unusable : List.of("", "\n", "two\nlines", "t\tab", "ü")) {
      Files.writeString(file, unusable);
      assertThat(shown(world.broker().issue(world.open(), GRANT, World.API, World.PROXY, "")))
          .isEqualTo("provider key: key: not usable (expected: printable ASCII, one line)");
    }
    Files.writeString(file, "x".repeat(SecretFile.BYTES_MAX + 1));
    var session = world.open();
    assertThat(shown(world.broker().issue(session, GRANT, World.API, World.PROXY, "")))
        .contains("file unreadable");
    Files.delete(file);
    assertThat(shown(world.broker().issue(session, GRANT, World.API, World.PROXY, "")))
        .contains("file unreadable");
    assertThat(world.rows(session)).isEmpty();
  }

  private String injected(StoredSession session) {
    return shown(world.broker().issue(session, GRANT, World.API, World.PROXY, ""));
  }

  private static String shown(Broker.Answer answer) {
    return switch (answer) {
      case Broker.Answer.Unavailable(String detail) -> detail;
      case Broker.Answer.Issued issued -> {
        try (var value = issued.injection().value()) {
          yield issued.injection().header()
              + " "
              + issued.injection().queryParameter()
              + "/ "
              + new String(value.bytes(), StandardCharsets.US_ASCII);
        }
      }
    };
  }
}
