package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.BudgetSummary;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.GrantSummary;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import dev.ambit.resources.SessionTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Resources and envelopes are tried with the control plane's reader and the proxy's engine.
class EnvelopeCommandsTest {
  private static final String TARGET =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: api }
      spec: { hosts: [api.example.org], ports: [443], protocol: https }
      """;
  private static final String TEMPLATE =
      """
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: solo }
      spec:
        parameters:
          item: { pattern: "[0-9]{1,9}" }
        openers: [bootstrap]
        workloads: ["spiffe://example.org/agent*"]
        binding: identity
        limits: { ttl: 10m, maxTtl: 1h, calls: 5 }
        grants:
          - { name: read, target: api, methods: [GET], paths: ["/v1/items/{item}"], budget: { calls: 2 } }
      """;

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("10-target.yaml"), TARGET);
    Files.writeString(folder.resolve("20-template.yaml"), TEMPLATE);
  }

  @Test
  void saysThatAFolderWouldBeTaken() {
    var ok = type("envelope", "lint", folder.toString());
    assertThat(ok.exit()).as(ok.err()).isZero();
    assertThat(ok.out()).startsWith("ok: 1 targets, 0 providers, 1 templates, digest ");
    assertThat(ok.err()).isEmpty();
    var json = type("envelope", "lint", folder.toString(), "-o", "json");
    assertThat(json.out()).contains("\"findings\" : [ ]", "\"digest\" : \"", "\"templates\" : 1");
  }

  @Test
  void tellsEveryFindingWithFileLineKeyAndWhatWasExpected() throws IOException {
    Files.writeString(
        folder.resolve("20-template.yaml"),
        TEMPLATE.replace("[GET]", "[FETCH]").replace("binding: identity", "bindng: identity"));
    var broken = type("envelope", "lint", folder.toString());
    assertThat(broken.exit()).isEqualTo(1);
    assertThat(broken.out())
        .contains(
            folder.resolve("20-template.yaml")
                + ":12: spec.grants[0].methods[0]: FETCH (expected: one of GET, ")
        .contains(folder.resolve("20-template.yaml") + ":9: spec.bindng: unknown key (expected: ")
        .endsWith("2 findings\n");
    var json = type("envelope", "lint", folder.toString(), "-o", "json");
    assertThat(json.exit()).isEqualTo(1);
    assertThat(json.out()).contains("\"line\" : 12", "\"key\" : \"spec.grants[0].methods[0]\"");
  }

  @Test
  void tellsOfAFileWhatIsWrongWithItAndThatThereIsMoreElsewhere() throws IOException {
    Files.writeString(folder.resolve("10-target.yaml"), TARGET.replace("443", "0"));
    var other = type("envelope", "lint", folder.resolve("20-template.yaml").toString());
    assertThat(other.exit()).as(other.toString()).isZero();
    assertThat(other.out()).isEqualTo("no finding in this file\n");
    assertThat(other.err()).startsWith("ambit: 1 findings in other files of the folder; see: ");
    var itself = type("envelope", "lint", folder.resolve("10-target.yaml").toString());
    assertThat(itself.exit()).isEqualTo(1);
    assertThat(itself.out()).contains("10-target.yaml:4: spec.ports");
  }

  @Test
  void refusesWhatAControlPlaneWouldNotRead() throws IOException {
    var missing = type("envelope", "lint", folder.resolve("none").toString());
    assertThat(missing.exit()).isEqualTo(3);
    assertThat(missing.err()).contains("none: no such file");
    var text = Files.writeString(folder.resolve("notes.txt"), "x");
    var wrong = type("envelope", "lint", text.toString());
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.err()).contains("would not be read by a control plane");
  }

  @Test
  void explainsACallOfATemplateWithItsParametersFilledIn() {
    var permitted = explain("-p", "item=7", "GET", "https://api.example.org/v1/items/7");
    assertThat(permitted)
        .isEqualTo(
            new Typed(
                0,
                """
                decision    permit
                grant       read
                target      api
                credential  none
                """,
                ""));
    var denied = explain("-p", "item=7", "GET", "https://api.example.org/v1/items/8");
    assertThat(denied)
        .isEqualTo(
            new Typed(
                1,
                """
                decision  deny
                reason    path_not_granted
                target    api
                detail    With this method on target api, granted is /v1/items/7.
                """,
                ""));
    assertThat(explain("-p", "item=7", "DELETE", "https://api.example.org/v1/items/7").out())
        .contains("method_not_granted", "granted is GET.");
    var elsewhere = explain("-p", "item=7", "GET", "https://other.example.org/", "-o", "json");
    assertThat(elsewhere.exit()).isEqualTo(1);
    assertThat(elsewhere.out())
        .contains("\"decision\" : \"deny\"", "\"reason\" : \"target_unknown\"");
  }

  @Test
  void explainsTheOpeningOfAWebSocketByItsScheme() throws IOException {
    var feed = "    - { name: feed, target: api, websocket: { paths: [\"/v1/feed\"] } }\n";
    Files.writeString(folder.resolve("20-template.yaml"), TEMPLATE + feed);
    assertThat(explain("-p", "item=7", "GET", "wss://api.example.org/v1/feed").out())
        .contains("decision    permit", "grant       feed");
    assertThat(explain("-p", "item=7", "GET", "wss://api.example.org/v1/items/7").out())
        .contains("protocol_not_granted", "no WebSocket is granted");
    assertThat(explain("-p", "item=7", "GET", "https://api.example.org/v1/feed").out())
        .contains("protocol_not_granted", "nothing but WebSocket is granted");
    assertThat(explain("-p", "item=7", "GET", "ws://api.example.org:443/v1/feed").out())
        .contains("protocol_not_granted", "over https only");
    assertThat(explain("-p", "item=7", "POST", "wss://api.example.org/v1/feed").out())
        .contains("reason    malformed", "opened by a bare GET");
  }

  @Test
  void explainsAConnectionOfWhichNothingIsRead() throws IOException {
    Files.writeString(
        folder.resolve("30-opaque.yaml"),
        TARGET
                .replace("name: api", "name: db")
                .replace(
                    "api.example.org], ports: [443], protocol: https",
                    "db.example.org], ports: [5432], protocol: tcp")
            + "---\n"
            + TEMPLATE
                .replace("name: solo", "name: query")
                .replace(
                    "target: api, methods: [GET], paths: [\"/v1/items/{item}\"]", "target: db"));
    var words = List.of("explain", "--resources", folder.toString(), "-t", "query", "-p", "item=7");
    assertThat(type(words, "CONNECT", "tcp://db.example.org:5432").out())
        .contains("decision    permit", "grant       read");
    assertThat(type(words, "CONNECT", "tls://db.example.org:5432").out())
        .contains("protocol_not_granted", "Target db is granted over tcp only.");
    assertThat(type(words, "GET", "https://db.example.org:5432/").exit()).isEqualTo(1);
    assertThat(type(words, "CONNECT", "db.example.org:5432").out())
        .contains("malformed", "(expected: tcp:// or tls://)");
  }

  private Typed type(List<String> words, String... more) {
    return type(Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new));
  }

  @Test
  void explainsWhatIsNoCallAsTheProxyWould() {
    assertThat(explain("-p", "item=7", "GET", "https://api.example.org/v1/../items").out())
        .contains("reason    malformed");
    assertThat(explain("-p", "item=7", "TRACE", "https://api.example.org/v1").out())
        .contains("reason    unsupported");
  }

  @Test
  void namesTheParameterThatIsWrong() {
    var wrong = explain("-p", "item=x", "GET", "https://api.example.org/v1/items/7");
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains("parameters.item: x (expected: a match of [0-9]{1,9})");
    var unknown =
        type("explain", "--resources", folder.toString(), "-t", "duo", "GET", "https://x.test/");
    assertThat(unknown.exit()).isEqualTo(3);
    assertThat(unknown.err()).contains("--template: duo (expected: one of solo)");
  }

  @Test
  void refusesToExplainAFolderThatWouldBeRefused() throws IOException {
    Files.writeString(folder.resolve("10-target.yaml"), TARGET.replace("443", "0"));
    var broken = explain("-p", "item=7", "GET", "https://api.example.org/");
    assertThat(broken.exit()).isEqualTo(1);
    assertThat(broken.err()).contains("10-target.yaml:4: spec.ports", "ambit envelope lint");
  }

  @Test
  void wantsASessionOrATemplateAndNotBoth() {
    for (var words :
        new String[][] {
          {"explain", "GET", "https://x.test/"},
          {"explain", "--resources", "x", "GET", "https://x.test/"},
          {"explain", "--session", "x", "--resources", "x", "-t", "y", "GET", "https://x.test/"},
          {"explain", "--session", "x", "-p", "a=b", "GET", "https://x.test/"}
        }) {
      var wrong = type(words);
      assertThat(wrong.exit()).as(wrong.toString()).isEqualTo(2);
      assertThat(wrong.err()).contains("see: ambit explain --help");
    }
  }

  @Test
  void explainsACallOfALiveSession() throws Exception {
    try (var plane = new RealPlane()) {
      var id = plane.open();
      var url = "https://api.example.org/v1/items/7";
      assertThat(plane.type("explain", "--session", id, "GET", url).out())
          .contains("decision    permit", "grant       read");
      var denied = plane.type("explain", "--session", id, "POST", url);
      assertThat(denied.exit()).isEqualTo(1);
      assertThat(denied.out()).contains("method_not_granted");
      assertThat(plane.type("session", "suspend", id, "--why", "odd").exit()).isZero();
      assertThat(plane.type("explain", "--session", id, "GET", url).out())
          .contains("session_suspended", "by bootstrap: odd");
    }
  }

  @Test
  void saysThatABudgetIsSpentOrTheSessionOver() throws IOException {
    try (var controlPlane = new FakeControlPlane()) {
      var spent = BudgetSummary.newBuilder().setCalls(2).setCallsReserved(2);
      var some = BudgetSummary.newBuilder().setCalls(5).setCallsReserved(2);
      var grant = GrantSummary.newBuilder().setName("read");
      var session =
          Session.newBuilder()
              .setState(SessionState.SESSION_STATE_ACTIVE)
              .setEnvelope(envelope())
              .setBudget(some)
              .addGrants(grant.setBudget(some));
      assertThat(live(controlPlane, session).out()).contains("permit");
      session.setGrants(0, grant.setBudget(spent));
      assertThat(live(controlPlane, session).out())
          .contains(
              "budget_exhausted", "It is granted by read, but grant read has spent its 2 calls.");
      session.setGrants(0, grant.clearBudget()).setBudget(spent);
      assertThat(live(controlPlane, session).out())
          .contains("budget_exhausted", "but the session has spent its 2 calls.");
      session
          .setState(SessionState.SESSION_STATE_CLOSED)
          .setCloseReason(CloseReason.CLOSE_REASON_IDLE);
      assertThat(live(controlPlane, session).out()).contains("session_idle");
    }
  }

  private ByteString envelope() {
    var set = ((Reading.Whole) ResourceReader.read(folder)).set();
    var order =
        new SessionTemplate.Order(
            new SessionId("01JZ8YQ5V7N3K2M4P6R8T0W1X3"),
            "spiffe://example.org/agent",
            new SessionFacts("", "", "", Map.of("item", "7"), Map.of()),
            Optional.empty(),
            Typed.NOON);
    var instance = Objects.requireNonNull(set.templates().get("solo")).instantiate(order);
    return ByteString.copyFrom(
        EnvelopeCodec.encode(((SessionTemplate.Instance.Frozen) instance).envelope()));
  }

  private static Typed live(FakeControlPlane controlPlane, Session.Builder session) {
    controlPlane.session = session.build();
    return Typed.type(
        controlPlane,
        "explain",
        "--session",
        "01JZ8YQ5V7N3K2M4P6R8T0W1X3",
        "GET",
        "https://api.example.org/v1/items/7");
  }

  private Typed explain(String... words) {
    var head = Stream.of("explain", "--resources", folder.toString(), "-t", "solo");
    return type(Stream.concat(head, Stream.of(words)).toArray(String[]::new));
  }

  private Typed type(String... words) {
    return Typed.typeAt(folder, Map.of(), words);
  }
}
