package dev.ambit.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Axes;
import dev.ambit.envelope.BodyRule;
import dev.ambit.envelope.Comparison;
import dev.ambit.envelope.Condition;
import dev.ambit.envelope.Constraint;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Json;
import dev.ambit.envelope.JsonNumber;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.TextTerm;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.testing.Tuned;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a grant asks beyond method and path, byte for byte: what was judged is what is sent, and
/// what was refused sends nothing.
class JudgedCallsTest {
  private static final String JSON = "Content-Type: application/json\r\n";

  private final Tuned tuned = new Tuned();
  private StubUpstream plain;
  private DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    tuned.judgedBytes = 4_096;
    tuned.judgedBodies = 1;
    plain = StubUpstream.plain();
    proxy = DataPlane.start(tuned.limits(), 1, plain.port());
    proxy.put(envelope(proxy.envelope(), "open"));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    plain.close();
  }

  @Test
  void sendsTheBodyAsItWasJudgedAndNotAsItCame() throws Exception {
    var answer = post("judged", JSON, " { \"amount\" : 7 ,\r\n \"n\\u006fte\":\"d\\u0065ar\" } ");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(plain.bytes())
        .contains("Content-Length: 26\r\n")
        .endsWith("\r\n\r\n{\"amount\":7,\"note\":\"dear\"}");
  }

  @Test
  void aChunkedBodyIsJudgedWholeAndSentWithItsLength() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(
          head("POST", "judged", JSON + "Transfer-Encoding: chunked\r\n")
              + "5\r\n{\"amo\r\n8\r\nunt\":100\r\n1\r\n}\r\n0\r\nX-Late: 1\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(200);
      agent.send(head("GET", "query", ""));
      assertThat(agent.answer().status()).isEqualTo(200);
    }
    assertThat(plain.bytes())
        .contains("Content-Length: 14\r\n")
        .contains("\r\n\r\n{\"amount\":100}GET ")
        .doesNotContain("chunked")
        .doesNotContain("X-Late");
  }

  @Test
  void anAgentThatWaitsIsToldToContinueAndJudged() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(head("POST", "judged", JSON + "Expect: 100-continue\r\nContent-Length: 12\r\n"));
      assertThat(RawAgent.head(agent.in)).startsWith("HTTP/1.1 100 ");
      agent.send("{\"amount\":1}");
      assertThat(agent.answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"amount":101}                      | 403 | body_not_granted
          {"note":"x"}                        | 403 | body_not_granted
          {"amount":1,"more":1}               | 403 | body_not_granted
          {"amount":1,"Amount":1000}          | 403 | body_not_granted
          [{"amount":1}]                      | 403 | body_not_granted
          {"amount":1,"amount":1000}          | 400 | malformed
          {"amount":1,"\\u0061mount":1000}    | 400 | malformed
          {"amount":1}{"amount":1000}         | 400 | malformed
          {"amount":1} x                      | 400 | malformed
          {"amount":1e0}                      | 400 | malformed
          {"amount":1.0}                      | 400 | malformed
          {"amount":NaN}                      | 400 | malformed
          {"amount":1,"note":"\\ud800"}       | 400 | malformed
          {"amount":1,"note":"\u00ff"}        | 400 | malformed
          {"amount":1                         | 400 | malformed
          amount=1                            | 400 | malformed
          """)
  void inv21NothingOfABodyThatIsRefusedGoesUpstream(String body, int status, String reason)
      throws Exception {
    var answer = post("judged", JSON, body);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.reason()).isEqualTo(reason);
    assertThat(proxy.log.entry(1).reason()).isEqualTo(reason);
    assertThat(plain.connections).hasValue(0);
    assertThat(proxy.intents).hasValue(0);
    assertThat(proxy.lookups).hasValue(0);
  }

  @Test
  void theConnectionServesTheNextCallAfterAJudgedRefusal() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(head("POST", "judged", JSON + "Content-Length: 14\r\n") + "{\"amount\":101}");
      var refused = agent.answer();
      assertThat(refused.body())
          .contains("granted is in a body of JSON /amount (at most 100), /note (optional)");
      agent.send(head("POST", "judged", JSON + "Content-Length: 12\r\n") + "{\"amount\":1}");
      assertThat(agent.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void a157ABodyBeyondTheBoundIsRefusedHoweverItIsFramed() throws Exception {
    var large = "{\"amount\":1,\"note\":\"" + "x".repeat(4_096) + "\"}";
    var sized = post("judged", JSON, large);
    assertThat(sized.status()).isEqualTo(413);
    assertThat(sized.reason()).isEqualTo("limit_exceeded");
    try (var agent = proxy.agent()) {
      agent.send(
          head("POST", "judged", JSON + "Transfer-Encoding: chunked\r\n")
              + Integer.toHexString(large.length())
              + "\r\n"
              + large
              + "\r\n0\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(413);
    }
    assertThat(plain.connections).hasValue(0);
    var fits = "{\"amount\":1,\"note\":\"" + "x".repeat(4_096 - 22) + "\"}";
    assertThat(fits).hasSize(4_096);
    assertThat(post("judged", JSON, fits).status()).isEqualTo(200);
  }

  @Test
  void aBodyThatNobodyAsksForIsStreamedAsItComes() throws Exception {
    var free = "{\"a\":1,\"a\":" + "1".repeat(8_000);
    assertThat(post("free", JSON, free).status()).isEqualTo(200);
    assertThat(plain.bytes()).endsWith(free);
  }

  @Test
  void onlySoManyBodiesAreHeldAndEachPlaceIsGivenBack() throws Exception {
    var reached = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    plain.script =
        with -> {
          var _ = with.request();
          reached.countDown();
          await(goOn);
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          with.answerAll();
        };
    try (var first = proxy.agent()) {
      first.send(head("POST", "judged", JSON + "Content-Length: 12\r\n") + "{\"amount\":1}");
      await(reached);
      var second = post("judged", JSON, "{\"amount\":1}");
      assertThat(second.status()).isEqualTo(413);
      assertThat(second.head()).contains("Retry-After: 1\r\n");
      goOn.countDown();
      assertThat(first.answer().status()).isEqualTo(200);
      proxy.log.entry(2);
    }
    for (var i = 0; i < 3; i++) {
      assertThat(post("judged", JSON, "{\"amount\":101}").status()).isEqualTo(403);
      assertThat(post("judged", JSON, "{").status()).isEqualTo(400);
    }
    assertThat(post("judged", JSON, "{\"amount\":1}").status()).isEqualTo(200);
  }

  @Test
  void anAgentThatLeavesInTheMiddleOfAJudgedBodyGivesItsPlaceBack() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(head("POST", "judged", JSON + "Content-Length: 12\r\n") + "{\"am");
      agent.leave();
    }
    assertThat(proxy.log.entry(1).reason()).isEqualTo("malformed");
    assertThat(post("judged", JSON, "{\"amount\":1}").status()).isEqualTo(200);
    assertThat(plain.served).hasValue(1);
  }

  @Test
  void a089ABrokenChunkInAJudgedBodyNeverReachesTheUpstream() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(
          head("POST", "judged", JSON + "Transfer-Encoding: chunked\r\n")
              + "5\r\n{\"amo\r\n7;a=b\r\nunt\":1}\r\n0\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(400);
    }
    assertThat(plain.connections).hasValue(0);
    assertThat(post("judged", JSON, "{\"amount\":1}").status()).isEqualTo(200);
  }

  @ParameterizedTest(name = "{0}: {1} is {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          query?page=50               | ''                                    | 200 | ''
          query?page=51               | ''                                    | 403 | query_not_granted
          query?page=1&page=2         | ''                                    | 403 | query_not_granted
          query?p%61ge=51             | ''                                    | 403 | query_not_granted
          query?other=1               | ''                                    | 403 | query_not_granted
          query?access_token=x        | ''                                    | 200 | ''
          headers                     | Accept: text/plain                    | 200 | ''
          headers                     | Accept: text/html                     | 403 | header_not_granted
          headers                     | Accept: text/plain; X-Other: 1        | 403 | header_not_granted
          headers                     | Accept: text/plain; Cookie: a=b       | 200 | ''
          headers                     | Accept: text/plain; Accept: text/html | 403 | header_not_granted
          condition                   | ''                                    | 200 | ''
          """)
  void judgesQueryHeadersAndConditions(String path, String fields, int status, String reason)
      throws Exception {
    var lines = new StringBuilder();
    for (var line : fields.isEmpty() ? List.<String>of() : List.of(fields.split("; ", -1))) {
      lines.append(line).append("\r\n");
    }
    try (var agent = proxy.agent()) {
      agent.send(head("GET", path, lines.toString()));
      var answer = agent.answer();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.status() == 200 ? "" : answer.reason()).isEqualTo(reason);
    }
    assertThat(plain.served.get()).isEqualTo(status == 200 ? 1 : 0);
  }

  @Test
  void aChangedContextRefusesTheNextCallAndCutsTheStreamThatIsOpen() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
          await(new CountDownLatch(1));
        };
    try (var agent = proxy.agent()) {
      agent.send(head("GET", "condition", ""));
      assertThat(RawAgent.head(agent.in)).startsWith("HTTP/1.1 200 ");
      proxy.put(envelope(proxy.envelope(), "closed"));
      var entry = proxy.log.entry(1);
      assertThat(entry.end()).isNotNull();
    }
    try (var agent = proxy.agent()) {
      agent.send(head("GET", "condition", ""));
      assertThat(agent.answer().reason()).isEqualTo("condition_false");
    }
    assertThat(plain.served).hasValue(1);
  }

  @Test
  void anAnswerMayTakeLongerThanTheBodyBeforeItMightHaveStoodStill() throws Exception {
    tuned.bodyIdle = Duration.ofMillis(300);
    plain.script =
        with -> {
          while (!with.request().isEmpty()) {
            LockSupport.parkNanos(Duration.ofMillis(900).toNanos());
            with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        };
    try (var impatient = DataPlane.start(tuned.limits(), 1, plain.port())) {
      impatient.put(envelope(impatient.envelope(), "open"));
      for (var path : List.of("free", "judged")) {
        try (var agent = impatient.agent()) {
          agent.send(head("POST", path, JSON + "Content-Length: 12\r\n") + "{\"amount\":1}");
          assertThat(agent.answer().status()).as(path).isEqualTo(200);
        }
      }
    }
  }

  @Test
  void aBodyThatIsStreamedIsCutWhenANewVersionWouldJudgeIt() throws Exception {
    var reached = new CountDownLatch(1);
    plain.script =
        with -> {
          var _ = with.head();
          reached.countDown();
          await(new CountDownLatch(1));
        };
    try (var agent = proxy.agent()) {
      agent.send(head("POST", "free", JSON + "Content-Length: 12\r\n") + "{\"am");
      await(reached);
      var old = proxy.envelope();
      var judging =
          old.grants().stream()
              .map(grant ->
                  grant.name().equals("free")
                      ? grant("free", old.grants().getFirst().axes())
                      : grant)
              .toList();
      proxy.put(with(old, "open", judging));
      assertThat(proxy.log.entry(1).end())
          .isInstanceOfSatisfying(
              CallEnd.Completed.class,
              done -> assertThat(done.result()).isEqualTo(CallEnd.Result.CUT));
    }
  }

  @Test
  void a112KeysOfTheAgentGoOnlyByAGrantThatPassesThem() throws Exception {
    var keys =
        """
        authorization: Bearer own
        X-Api-Key: mine
        Cookie: a=b
        X-Forwarded-Host: evil
        X_Api_Key: under
        """
            .replace("\n", "\r\n");
    for (var path : List.of("free", "pass")) {
      try (var agent = proxy.agent()) {
        agent.send(head("GET", path + "?api_key=1&x=2&_method=PUT", keys));
        assertThat(agent.answer().status()).isEqualTo(200);
      }
    }
    assertThat(plain.heads.getFirst())
        .startsWith("GET /v1/free?x=2 ")
        .doesNotContainIgnoringCase("own")
        .doesNotContain("mine")
        .doesNotContain("a=b");
    assertThat(plain.heads.getLast())
        .startsWith("GET /v1/pass?api_key=1&x=2 ")
        .contains("authorization: Bearer own\r\n", "X-Api-Key: mine\r\n", "Cookie: a=b\r\n")
        .doesNotContain("evil", "under");
  }

  private RawAgent.Answer post(String path, String fields, String body) throws IOException {
    try (var agent = proxy.agent()) {
      agent.send(head("POST", path, fields + "Content-Length: " + body.length() + "\r\n") + body);
      return agent.answer();
    }
  }

  private String head(String method, String path, String fields) {
    var authority = DataPlane.PLAIN + ":" + plain.port();
    return method
        + " http://"
        + authority
        + "/v1/"
        + path
        + " HTTP/1.1\r\nHost: "
        + authority
        + "\r\n"
        + fields
        + "\r\n";
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /// Grants on the plain upstream, each with one thing to judge.
  private static Envelope envelope(Envelope old, String state) {
    var any = Constraint.ANY;
    var optional =
        new Constraint(
            true, List.of(), null, null, null, OptionalInt.empty(), OptionalInt.empty(), null);
    var page = atMost(true, "50");
    var text =
        new Constraint(
            false,
            List.of(new Json.Text("text/plain")),
            null,
            null,
            null,
            OptionalInt.empty(),
            OptionalInt.empty(),
            null);
    var open =
        new Condition.CompareText(
            Comparison.EQUAL,
            new TextTerm.Lookup(TextTerm.Table.SESSION_CONTEXT, new TextTerm.Literal("case_state")),
            new TextTerm.Literal("open"));
    var body =
        new BodyRule(
            new TreeMap<>(Map.of("/amount", atMost(false, "100"), "/note", optional)), false);
    var grants = new ArrayList<Grant>();
    grants.add(grant("judged", new Axes(null, null, body, null, false)));
    grants.add(grant("free", Axes.NONE));
    grants.add(
        grant("query", new Axes(new TreeMap<>(Map.of("page", page)), null, null, null, false)));
    grants.add(
        grant("headers", new Axes(null, new TreeMap<>(Map.of("accept", text)), null, null, false)));
    grants.add(grant("condition", new Axes(null, null, null, open, false)));
    grants.add(
        grant(
            "pass",
            new Axes(new TreeMap<>(Map.of("api_key", any, "x", any)), null, null, null, true)));
    return with(old, state, grants);
  }

  private static Envelope with(Envelope old, String state, List<Grant> grants) {
    return new Envelope(
        old.session(),
        old.template(),
        old.workload(),
        old.binding(),
        old.sharing(),
        old.expiresAt(),
        old.idle(),
        old.calls(),
        old.ceiling(),
        new SessionFacts("", "", "", Map.of(), Map.of("case_state", state)),
        old.targets(),
        grants,
        old.denies());
  }

  private static Constraint atMost(boolean optional, String max) {
    return new Constraint(
        optional,
        List.of(),
        null,
        null,
        new JsonNumber(max),
        OptionalInt.empty(),
        OptionalInt.empty(),
        null);
  }

  private static Grant grant(String path, Axes axes) {
    return new Grant(
        path,
        "plain",
        Set.of("GET", "POST"),
        List.of(PathTemplate.parse("/v1/" + path).orThrow()),
        OptionalLong.empty(),
        null,
        axes);
  }
}
