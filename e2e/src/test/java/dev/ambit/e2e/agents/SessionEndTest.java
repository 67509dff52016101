package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.set.Ran;
import dev.ambit.e2e.set.WholeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// When a session ends, what runs is cut, what it held is dead, and a record remains that anyone
/// can verify.
class SessionEndTest {
  private static final Duration CUT_MAX = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int EVENTS = 5;

  private final InstantSource clock = InstantSource.system();
  @TempDir private Path folder;
  private WholeSet set;

  @BeforeEach
  void start() throws IOException {
    set = WholeSet.start();
  }

  @AfterEach
  void stop() {
    set.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"CURL", "REQUESTS"})
  void cutsARunningStreamWithinASecondAndLeavesADeadToken(Client client) throws Exception {
    var session = set.open();
    var out = folder.resolve("out");
    var agent = set.agent();
    var reader =
        Ran.start(
            agent.variables(),
            out,
            folder.resolve("err"),
            client.follow(agent, set.peers().api("/v1/stream")));
    try (var thief = new Thief(set.peers())) {
      var request = await(entry -> entry.text("path").equals("/v1/stream"));
      awaitEvents(out);
      var token = Thief.token(request);
      assertThat(thief.replay(token)).isEqualTo(200);
      assertThat(thief.active(token)).isTrue();

      var asked = clock.instant();
      var _ = set.close(session);

      var gone =
          await(entry ->
              entry.is("disconnected")
                  && entry.number("connection") == request.number("connection"));
      System.out.println(
          "stream cut at the upstream "
              + Duration.between(asked, gone.at()).toMillis()
              + " ms after the close was asked for");
      assertThat(Duration.between(asked, gone.at())).isPositive().isLessThanOrEqualTo(CUT_MAX);
      var ended = await(entry -> entry.is("stream_ended"));
      assertThat(ended.text("how")).isEqualTo("cut");
      assertThat(reader.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(reader.exitValue())
          .as("the client sees that the answer is not whole")
          .isPositive();

      var _ = set.untilClosed(session);
      assertThat(thief.active(token)).isFalse();
      assertThat(thief.replay(token)).isEqualTo(401);
      assertThat(client.refusedTunnel(agent, set.peers().api("/v1/items"))).contains("403");
    } finally {
      reader.destroyForcibly();
    }
  }

  @Test
  void leavesAReceiptThatVerifiesOfflineAndNotWithOneByteChanged() throws Exception {
    var session = set.open();
    var key = pinnedKey();
    var agent = set.agent();
    assertThat(Client.CURL.send(agent, "GET", set.peers().api("/v1/items")).status())
        .isEqualTo(200);
    var _ = set.close(session);
    var _ = set.untilClosed(session);
    var receipt = folder.resolve("receipt.json");
    ok(ambit("receipt", "show", session.getId(), "--save", receipt.toString(), access()));
    set.close();

    var verified = ok(verify(receipt, key));
    assertThat(verified.out())
        .contains("verified", "unchanged", "closed (completed): 1 call permitted, 0 denied");

    for (var value : List.of("payload", "sig")) {
      var changed = folder.resolve("changed.json");
      Files.writeString(changed, changed(Files.readString(receipt), value));
      var refused = verify(changed, key);
      assertThat(refused.exit()).as(value).isEqualTo(1);
      assertThat(refused.out()).isEmpty();
      assertThat(refused.err()).contains("signature: does not fit the content").hasLineCount(1);
    }
  }

  /// Denied calls are counted wherever they were refused: at the tunnel, in it, without one.
  @Test
  void countsEveryCallOfTheSessionInItsReceipt() throws Exception {
    var session = set.open();
    var agent = set.agent();
    var api = set.peers().api("/v1/items");
    for (var client : List.of(Client.CURL, Client.REQUESTS)) {
      assertThat(client.send(agent, "GET", api).status()).isEqualTo(200);
      assertThat(client.send(agent, "DELETE", api).status()).isEqualTo(403);
      assertThat(client.send(agent, "GET", "http://elsewhere.test/").status()).isEqualTo(403);
      assertThat(client.refusedTunnel(agent, "https://elsewhere.test/")).contains("403");
    }
    var _ = set.close(session);
    var _ = set.untilClosed(session);

    var shown = ok(ambit("receipt", "show", session.getId(), access()));
    assertThat(shown.out()).contains("2 permitted, 6 denied");
  }

  private Path pinnedKey() throws IOException, InterruptedException {
    var keys = folder.resolve("keys");
    ok(ambit("receipt", "keys", "--save", keys.toString(), access()));
    try (var files = Files.list(keys)) {
      return files.findFirst().orElseThrow();
    }
  }

  /// In a process of its own that knows of no control plane.
  private Ran verify(Path receipt, Path key) throws IOException, InterruptedException {
    return ambit("receipt", "verify", receipt.toString(), "--key", key.toString());
  }

  private Ran ambit(String... words) throws IOException, InterruptedException {
    return Ran.run(Map.of("AMBIT_DEV_STATE", folder.resolve("state").toString()), Ran.ambit(words));
  }

  private String access() {
    return "--access=" + set.set().plan().access();
  }

  private static Ran ok(Ran ran) {
    assertThat(ran.exit()).as(ran.err()).isZero();
    return ran;
  }

  /// Another character of the same alphabet in the middle of a member's base64.
  private static String changed(String json, String member) {
    var value = Pattern.compile("\"" + member + "\": *\"([^\"]+)\"").matcher(json);
    assertThat(value.find()).isTrue();
    var middle = (value.start(1) + value.end(1)) / 2;
    var other = json.charAt(middle) == 'A' ? 'B' : 'A';
    return json.substring(0, middle) + other + json.substring(middle + 1);
  }

  private Entry await(Predicate<Entry> wanted) throws InterruptedException {
    return set.upstream().await(0, wanted, PATIENCE).orElseThrow();
  }

  private void awaitEvents(Path out) throws IOException, InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (Files.readString(out).split("data:", -1).length <= EVENTS) {
      assertThat(System.nanoTime()).as(Files.readString(folder.resolve("err"))).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
