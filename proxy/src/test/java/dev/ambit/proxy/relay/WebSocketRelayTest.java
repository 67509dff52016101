package dev.ambit.proxy.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Envelope;
import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.Frame;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.StubUpstream.Conversation;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.WebSocketLimits;
import dev.ambit.proxy.testing.Tuned;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// WebSockets: opened only by a valid 101 to what was judged, then frames both ways, checked, as
/// fast as the slower side reads, until they are closed or cut.
class WebSocketRelayTest {
  /// The sample of RFC 6455 1.3.
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  private static final String SWITCH =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: "
          + ACCEPT
          + "\r\n";
  private static final int FRAMES = 32;
  private static final long MEMORY_MAX = 8 << 20;
  private static final int TEXT = Frame.LAST | Frame.TEXT;
  private static final int BINARY = Frame.LAST | Frame.BINARY;
  private static final int CLOSE = Frame.LAST | Frame.CLOSE;

  private CertificateAuthority ca;
  private StubUpstream good;
  private StubUpstream plain;
  private DataPlane proxy;
  private Envelope before;

  @BeforeEach
  void start() throws Exception {
    ca = DataPlane.upstreamCa();
    good =
        StubUpstream.tls(
            ca,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            DataPlane.GOOD);
    plain = StubUpstream.plain();
    good.script = WebSocketRelayTest::echo;
    plain.script = WebSocketRelayTest::echo;
    begin(new Tuned().limits());
  }

  private void begin(Limits limits) throws Exception {
    if (proxy != null) {
      proxy.close();
    }
    proxy = new DataPlane(limits, ca, good.port(), plain.port());
    before = proxy.envelope();
    proxy.put(WebSocketEnvelope.of(before));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    good.close();
    plain.close();
  }

  @Test
  void opensInATunnelWithTheCredentialOfTheSession() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send(opening("/feed", good(), "Authorization: Bearer mine\r\nCookie: mine\r\n"));
      var head = agent.head();
      assertThat(head).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
      assertThat(head)
          .contains("Sec-WebSocket-Accept: " + ACCEPT, "Connection: Upgrade", "Upgrade: websocket");
      says(agent, "hello");
      closes(agent);
      assertThat(agent.closed()).isTrue();
    }
    var head = good.heads.getFirst();
    assertThat(head).startsWith("GET /feed HTTP/1.1\r\nHost: " + good() + "\r\n");
    assertThat(head)
        .contains(
            "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: "
                + KEY
                + "\r\n")
        .endsWith("\r\nauthorization: Bearer " + DataPlane.CANARY + "\r\n\r\n")
        .doesNotContain("mine");
    var end = ended();
    assertThat(end.result()).isEqualTo(CallEnd.Result.ANSWERED);
    assertThat(end.status()).isEqualTo(101);
    assertThat(end.upstreamStatus()).isEqualTo(101);
    assertThat(end.bytesOut()).isEqualTo(6 + 5 + 6 + 2);
    assertThat(end.bytesIn()).isEqualTo(2 + 5 + 2 + 2);
    assertThat(end.notes()).contains("messages_out:1", "messages_in:1");
  }

  @Test
  void opensInAbsoluteFormWhereTheTargetIsHttp() throws Exception {
    try (var agent = open()) {
      says(agent, "hello");
      closes(agent);
    }
    assertThat(ended().result()).isEqualTo(CallEnd.Result.ANSWERED);
    assertThat(proxy.relay.pooled()).isZero();
  }

  @Test
  void passesWhatTheUpstreamSendsInOnePieceWithIts101() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n" + Frame.plain(TEXT, "first").wire());
          var _ = with.in.read();
        };
    try (var agent = open()) {
      assertThat(Frame.read(agent.in).payload()).isEqualTo("first");
    }
  }

  @Test
  void choosesAmongTheProtocolsThatWereOffered() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "Sec-WebSocket-Protocol: chat.v2\r\n\r\n");
          var _ = with.in.read();
        };
    try (var agent = proxy.agent()) {
      agent.send(
          absolute("Sec-WebSocket-Protocol: chat.v1,chat.v2\r\nSec-WebSocket-Protocol: other\r\n"));
      assertThat(agent.head()).contains("\r\nSec-WebSocket-Protocol: chat.v2\r\n");
    }
    assertThat(plain.heads.getFirst())
        .contains("\r\nSec-WebSocket-Protocol: chat.v1, chat.v2, other\r\n");
  }

  @Test
  void a108OffersNoExtensionWhateverTheAgentDoes() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(absolute("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
      assertThat(agent.head()).startsWith("HTTP/1.1 101 ").doesNotContain("Extensions");
    }
    assertThat(plain.heads.getFirst()).doesNotContain("Extensions");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noOpenings")
  void refusesWhatNamesWebSocketAndOpensNone(String what, String request) throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(request.replace("HOST", plain()));
      var answer = agent.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.reason()).isEqualTo("malformed");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(plain.heads).isEmpty();
  }

  static Stream<Arguments> noOpenings() {
    var whole =
        "GET http://HOST/feed HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            + KEY
            + "\r\n\r\n";
    return Stream.of(
        Arguments.of("POST", whole.replace("GET", "POST")),
        Arguments.of("HTTP/1.0", whole.replace("HTTP/1.1", "HTTP/1.0")),
        Arguments.of("no Connection", whole.replace("Connection: Upgrade\r\n", "")),
        Arguments.of("another option", whole.replace("Connection: Upgrade", "Connection: close")),
        Arguments.of(
            "another protocol beside", whole.replace("websocket\r\n", "h2c, websocket\r\n")),
        Arguments.of("Upgrade twice", whole.replace("Upgrade: w", "Upgrade: foo\r\nUpgrade: w")),
        Arguments.of("no version", whole.replace("Sec-WebSocket-Version: 13\r\n", "")),
        Arguments.of("version 8", whole.replace(": 13", ": 8")),
        Arguments.of("two versions", whole.replace(": 13", ": 13\r\nSec-WebSocket-Version: 8")),
        Arguments.of("no key", whole.replace("Sec-WebSocket-Key: " + KEY + "\r\n", "")),
        Arguments.of("a short key", whole.replace(KEY, "dGhlIHNhbXBsZQ==")),
        Arguments.of("a long key", whole.replace(KEY, "dGhlIHNhbXBsZSBub25jZSE=")),
        Arguments.of("a key in two spellings", whole.replace(KEY, "dGhlIHNhbXBsZSBub25jZR==")),
        Arguments.of("no base64", whole.replace(KEY, "!GhlIHNhbXBsZSBub25jZQ==")),
        Arguments.of("two keys", whole.replace(KEY, KEY + "\r\nSec-WebSocket-Key: " + KEY)),
        Arguments.of("a name twice", whole.replace("\r\n\r\n", protocols("a, a"))),
        Arguments.of("an empty name", whole.replace("\r\n\r\n", protocols("a,,b"))),
        Arguments.of("no name", whole.replace("\r\n\r\n", protocols("a b"))));
  }

  private static String protocols(String value) {
    return "\r\nSec-WebSocket-Protocol: " + value + "\r\n\r\n";
  }

  @Test
  void a108RefusesAWebSocketWithoutAGrantOfOne() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(absolute("").replace("/feed", "/v1/x"));
      var answer = agent.answer();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.reason()).isEqualTo("protocol_not_granted");
      assertThat(answer.body()).contains("no WebSocket is granted");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(plain.connections.get()).isZero();
  }

  @Test
  void refusesACallOfHttpWhereWebSocketAloneIsGranted() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send("GET http://" + plain() + "/feed HTTP/1.1\r\nHost: " + plain() + "\r\n\r\n");
      assertThat(agent.answer().reason()).isEqualTo("protocol_not_granted");
    }
    assertThat(plain.connections.get()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "Upgrade: websocket|",
        "Upgrade: websocket|Upgrade: foo",
        "Upgrade: websocket|Upgrade: websocket, foo",
        "Upgrade: websocket|Upgrade: websocket\r\nUpgrade: websocket",
        "Connection: Upgrade|Connection: keep-alive",
        "Connection: Upgrade\r\n|",
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=|s3pPLMBiTxaQ9kYGzzhZRbK+xOp=",
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=|S3PPLMBITXAQ9KYGZZHZRBK+XOO=",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n|",
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=|s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Accept: x",
        "Upgrade\r\n|Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
        "Upgrade\r\n|Upgrade\r\nSec-WebSocket-Protocol: chat\r\n",
        "Upgrade\r\n|Upgrade\r\nContent-Length: 0\r\n",
        "Upgrade\r\n|Upgrade\r\nTransfer-Encoding: chunked\r\n",
        "HTTP/1.1|HTTP/1.0"
      })
  void a108AnswersBadGatewayToASwitchToSomethingElse(String change) throws Exception {
    var halves = change.split("\\|", -1);
    var answer = (SWITCH + "\r\n").replace(halves[0], halves[1]);
    assertThat(answer).isNotEqualTo(SWITCH + "\r\n");
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(answer + Frame.plain(TEXT, "leaked").wire());
          var _ = with.in.read();
        };
    try (var agent = proxy.agent()) {
      agent.send(absolute(""));
      var seen = agent.answer();
      assertThat(seen.status()).isEqualTo(502);
      assertThat(seen.body()).contains("upstream_failed", "receive").doesNotContain("leaked");
      assertThat(agent.closed()).isTrue();
    }
    Await.until("ended", () -> plain.ended.get() == 1);
  }

  @Test
  void a108AnswersBadGatewayToA101ThatNobodyAskedFor() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          var _ = with.in.read();
        };
    try (var agent = proxy.agent()) {
      agent.send("GET http://" + plain() + "/v1/x HTTP/1.1\r\nHost: " + plain() + "\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(502);
    }
  }

  @Test
  void passesAnAnswerThatIsNoSwitchOnAndEndsTheConnection() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
          var _ = with.in.read();
        };
    try (var agent = proxy.agent()) {
      agent.send(absolute(""));
      var answer = agent.answer();
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.body()).isEqualTo("none");
      assertThat(answer.head()).contains("\r\nConnection: close\r\n");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(ended().result()).isEqualTo(CallEnd.Result.ANSWERED);
    Await.until("the upstream's connection is not kept", () -> plain.ended.get() == 1);
    assertThat(proxy.relay.pooled()).isZero();
  }

  @Test
  void a099RefusesWhatIsSentRightBehindTheRequestBeforeAnythingGoesUpstream() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(absolute("") + absolute("").replace("/feed", "/smuggled"));
      var answer = agent.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.reason()).isEqualTo("malformed");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(plain.connections.get()).isZero();
    assertThat(proxy.intents.get()).isZero();
    assertThat(proxy.log.entry(1).reason()).isEqualTo("malformed");
    assertThat(proxy.log.all()).hasSize(1);
  }

  @Test
  void a099PassesNothingThatIsSentBeforeTheAnswerAndReadsItAsNoRequest() throws Exception {
    var asked = new CountDownLatch(1);
    var early = new CountDownLatch(1);
    plain.script =
        with -> {
          var _ = with.request();
          asked.countDown();
          if (await(early)) {
            with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
          var _ = with.in.read();
        };
    try (var agent = proxy.agent()) {
      agent.send(absolute(""));
      assertThat(await(asked)).isTrue();
      agent.send(absolute("").replace("/feed", "/smuggled"));
      assertThat(agent.answer().status()).isEqualTo(400);
      assertThat(agent.closed()).isTrue();
    }
    early.countDown();
    Await.until("ended", () -> plain.ended.get() == 1);
    assertThat(plain.heads).hasSize(1);
    assertThat(plain.bytes()).doesNotContain("smuggled");
    assertThat(ended().result()).isEqualTo(CallEnd.Result.AGENT_GONE);
  }

  @Test
  void speaksHttp1ToAnUpstreamThatWouldRatherSpeakHttp2() throws Exception {
    good.alpn("h2", "http/1.1");
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send(opening("/feed", good(), ""));
      assertThat(agent.head()).startsWith("HTTP/1.1 101 ");
      says(agent, "hello");
    }
  }

  @Test
  void answersBadGatewayWhereTheUpstreamSpeaksNoHttp1() throws Exception {
    good.alpn("h2");
    for (int round = 0; round < 2; round++) {
      try (var agent = proxy.inTunnel(good.port())) {
        agent.send(opening("/feed", good(), ""));
        var answer = agent.answer();
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("does not speak the protocol");
      }
    }
  }

  @Test
  void takesNoConnectionThatServedBeforeAndGivesNoneBack() throws Exception {
    plain.script =
        with -> {
          for (var head = with.request(); !head.isEmpty(); head = with.request()) {
            if (head.startsWith("GET /feed")) {
              with.answer(SWITCH + "\r\n");
              answerFrames(with);
              return;
            }
            with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        };
    try (var agent = proxy.agent()) {
      agent.send("GET http://" + plain() + "/v1/x HTTP/1.1\r\nHost: " + plain() + "\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(200);
    }
    Await.until("pooled", () -> proxy.relay.pooled() == 1);
    try (var agent = open()) {
      says(agent, "hello");
      assertThat(proxy.relay.pooled()).isEqualTo(1);
      closes(agent);
    }
    assertThat(plain.connections.get()).isEqualTo(2);
    assertThat(proxy.relay.pooled()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("agentsFaults")
  void closesBothSidesWhenTheAgentBreaksTheProtocol(
      String what, String bytes, int code, String reason) throws Exception {
    begin(narrow());
    var seen = new CountDownLatch(1);
    var last = new AtomicLong();
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          try {
            for (var frame = Frame.read(with.in); ; frame = Frame.read(with.in)) {
              last.set(frame.isClose() ? frame.code() : 0);
            }
          } catch (EOFException _) {
            seen.countDown();
          }
        };
    try (var agent = open()) {
      agent.send(bytes);
      var close = Frame.read(agent.in);
      assertThat(close.isClose()).isTrue();
      assertThat(close.code()).isEqualTo(code);
      assertThat(close.reason()).isEqualTo(reason);
      assertThat(agent.closed()).isTrue();
    }
    assertThat(await(seen)).isTrue();
    assertThat(last.get()).isEqualTo(code);
    var end = ended();
    assertThat(end.result()).isEqualTo(CallEnd.Result.CUT);
    assertThat(end.notes()).contains("agent:" + reason);
  }

  static Stream<Arguments> agentsFaults() {
    return Stream.of(
        Arguments.of("unmasked", Frame.plain(TEXT, "x").wire(), 1_002, "protocol_error"),
        Arguments.of("compressed", Frame.masked(TEXT | 0x40, "x").wire(), 1_002, "protocol_error"),
        Arguments.of("no kind", Frame.masked(Frame.LAST | 3, "").wire(), 1_002, "protocol_error"),
        Arguments.of(
            "too long", Frame.masked(TEXT, "x".repeat(1_001)).wire(), 1_009, "limit_exceeded"),
        Arguments.of(
            "a message too long",
            (Frame.masked(Frame.TEXT, "x".repeat(999)).wire()
                + Frame.masked(Frame.CONTINUATION, "x".repeat(999)).wire()
                + Frame.masked(Frame.CONTINUATION, "xxx").wire()),
            1_009,
            "limit_exceeded"),
        Arguments.of(
            "too many frames",
            Frame.masked(Frame.TEXT, "").wire()
                + Frame.masked(Frame.CONTINUATION, "").wire().repeat(8),
            1_009,
            "limit_exceeded"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("upstreamsFaults")
  void closesBothSidesWhenTheUpstreamBreaksTheProtocol(
      String what, String bytes, int code, String reason) throws Exception {
    begin(narrow());
    var seen = new AtomicLong();
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n" + bytes);
          seen.set(Frame.read(with.in).code());
        };
    try (var agent = open()) {
      var close = Frame.read(agent.in);
      assertThat(close.code()).isEqualTo(code);
      assertThat(close.reason()).isEqualTo(reason);
      assertThat(agent.closed()).isTrue();
    }
    Await.until("the upstream is told", () -> seen.get() == code);
    var end = ended();
    assertThat(end.result()).isEqualTo(CallEnd.Result.UPSTREAM_FAILED);
    assertThat(end.failedStage()).isEqualTo("receive");
    assertThat(end.notes()).contains("upstream:" + reason);
  }

  static Stream<Arguments> upstreamsFaults() {
    return Stream.of(
        Arguments.of("masked", Frame.masked(TEXT, "x").wire(), 1_002, "protocol_error"),
        Arguments.of("bits", Frame.plain(TEXT | 0x10, "x").wire(), 1_002, "protocol_error"),
        Arguments.of(
            "no code",
            Frame.plain(CLOSE, Frame.closing(1_005, "")).wire(),
            1_002,
            "protocol_error"),
        Arguments.of(
            "too long", Frame.plain(BINARY, "x".repeat(1_001)).wire(), 1_009, "limit_exceeded"));
  }

  @Test
  void writesNoCloseIntoTheMiddleOfAFrame() throws Exception {
    begin(narrow());
    plain.script =
        with -> {
          var _ = with.request();
          // Half a frame, and then the agent is at fault.
          with.answer(SWITCH + "\r\n" + Frame.plain(TEXT, "12345678").wire().substring(0, 6));
          var _ = with.in.read();
        };
    try (var agent = open()) {
      assertThat(new String(agent.in.readNBytes(6), ISO_8859_1)).endsWith("1234");
      agent.send(Frame.plain(TEXT, "x").wire());
      assertThat(agent.closed()).isTrue();
    }
  }

  @Test
  void a164CutsAWebSocketAndSaysWhyWhenTheSessionEnds() throws Exception {
    try (var agent = open()) {
      says(agent, "hello");
      assertThat(proxy.relay.exchanges()).isEqualTo(1);
      proxy.endSession();
      var close = Frame.read(agent.in);
      assertThat(close.code()).isEqualTo(1_008);
      assertThat(close.reason()).isEqualTo("session_ended");
      assertThat(agent.closed()).isTrue();
    }
    Await.until("ended", () -> plain.ended.get() == 1);
    assertThat(proxy.relay.exchanges()).isZero();
    assertThat(ended().result()).isEqualTo(CallEnd.Result.CUT);
  }

  @Test
  void a164SendsNothingUpstreamOnceTheSessionHasEnded() throws Exception {
    try (var agent = open()) {
      says(agent, "hello");
      proxy.suspendSession();
      try {
        agent.send(Frame.masked(TEXT, "too late").wire());
      } catch (IOException _) {
        // It was cut already.
      }
      assertThat(Frame.read(agent.in).reason()).isEqualTo("session_suspended");
      assertThat(agent.closed()).isTrue();
    }
    Await.until("ended", () -> plain.ended.get() == 1);
    assertThat(plain.bytes()).doesNotContain(masked("too late"));
  }

  @Test
  void cutsAWebSocketThatTheNextVersionDoesNotGrant() throws Exception {
    try (var agent = open()) {
      says(agent, "hello");
      proxy.put(before);
      var close = Frame.read(agent.in);
      assertThat(close.code()).isEqualTo(1_008);
      assertThat(close.reason()).isEqualTo("protocol_not_granted");
    }
  }

  @Test
  void closesBothSidesThatStandStill() throws Exception {
    var tuned = new Tuned();
    tuned.streamIdle = Duration.ofMillis(300);
    begin(tuned.limits());
    try (var agent = open()) {
      says(agent, "hello");
      var close = Frame.read(agent.in);
      assertThat(close.code()).isEqualTo(1_001);
      assertThat(agent.closed()).isTrue();
    }
    var end = ended();
    assertThat(end.result()).isEqualTo(CallEnd.Result.UPSTREAM_FAILED);
    assertThat(end.failedStage()).isEqualTo("receive");
  }

  @Test
  void letsAnAgentGoThatReadsNothing() throws Exception {
    var tuned = new Tuned();
    tuned.bodyIdle = Duration.ofMillis(300);
    begin(tuned.limits());
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          var frame = Frame.zeros(BINARY, false, 1 << 20).bytes();
          for (int i = 0; i < FRAMES; i++) {
            with.out.write(frame);
          }
        };
    try (var _ = open()) {
      assertThat(ended().result()).isEqualTo(CallEnd.Result.AGENT_GONE);
      Await.until("ended", () -> plain.ended.get() == 1);
    }
  }

  @Test
  void givesUpAnUpstreamThatReadsNothing() throws Exception {
    var tuned = new Tuned();
    tuned.bodyIdle = Duration.ofMillis(300);
    begin(tuned.limits());
    var over = new CountDownLatch(1);
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          var _ = await(over);
        };
    try (var agent = open()) {
      var frame = Frame.zeros(BINARY, true, 1 << 20).bytes();
      var writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < FRAMES; i++) {
                    agent.out.write(frame);
                  }
                } catch (IOException _) {
                  // It was closed meanwhile.
                }
              });
      assertThat(Frame.read(agent.in).code()).isEqualTo(1_014);
      var end = ended();
      assertThat(end.result()).isEqualTo(CallEnd.Result.UPSTREAM_FAILED);
      assertThat(end.failedStage()).isEqualTo("send");
      writer.join();
    }
    over.countDown();
  }

  @Test
  void waitsForTheOtherSidesCloseNoLongerThanItsBound() throws Exception {
    var tuned = new Tuned();
    tuned.webSocket = new WebSocketLimits(1_000, 2_000, 8, Duration.ofMillis(300));
    begin(tuned.limits());
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          with.in.transferTo(java.io.OutputStream.nullOutputStream());
        };
    try (var agent = open()) {
      agent.send(Frame.masked(CLOSE, Frame.closing(1_000, "")).wire());
      assertThat(agent.closed()).isTrue();
    }
    var end = ended();
    assertThat(end.result()).isEqualTo(CallEnd.Result.ANSWERED);
    assertThat(end.notes()).contains("close_unanswered");
  }

  @Test
  void tellsTheAgentThatTheUpstreamBrokeOff() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          var _ = with.in.read();
        };
    try (var agent = open()) {
      agent.send(Frame.masked(TEXT, "x").wire());
      var close = Frame.read(agent.in);
      assertThat(close.code()).isEqualTo(1_014);
      assertThat(agent.closed()).isTrue();
    }
    assertThat(ended().result()).isEqualTo(CallEnd.Result.UPSTREAM_FAILED);
  }

  @Test
  void letsTheUpstreamGoWhenTheAgentHangsUp() throws Exception {
    try (var agent = open()) {
      says(agent, "hello");
      agent.leave();
    }
    Await.until("ended", () -> plain.ended.get() == 1);
    assertThat(ended().result()).isEqualTo(CallEnd.Result.AGENT_GONE);
  }

  @Test
  void tellsBothSidesToGoWhenTheProxyIsToEnd() throws Exception {
    try (var agent = open()) {
      says(agent, "hello");
      var drained = proxy.listener.drain(Duration.ofSeconds(10)).toCompletableFuture();
      var close = Frame.read(agent.in);
      assertThat(close.code()).isEqualTo(1_001);
      assertThat(agent.closed()).isTrue();
      agent.leave();
      drained.get(10, TimeUnit.SECONDS);
    }
    assertThat(ended().result()).isEqualTo(CallEnd.Result.CUT);
  }

  @Test
  void holdsBackAnUpstreamWhoseAgentReadsSlowlyInLittleMemory() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          var frame = Frame.zeros(BINARY, false, 1 << 20).bytes();
          for (int i = 0; i < FRAMES; i++) {
            with.out.write(frame);
          }
          var _ = with.in.read();
        };
    long start = direct();
    long peak = 0;
    try (var agent = open()) {
      for (int i = 0; i < FRAMES; i++) {
        assertThat(Frame.read(agent.in).payload()).hasSize(1 << 20);
        LockSupport.parkNanos(2_000_000);
        peak = Math.max(peak, direct());
      }
    }
    assertThat(peak - start).isLessThan(MEMORY_MAX);
  }

  @Test
  void holdsBackAnAgentWhoseUpstreamReadsSlowlyInLittleMemory() throws Exception {
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          for (int i = 0; i < FRAMES; i++) {
            assertThat(Frame.read(with.in).payload()).hasSize(1 << 20);
            LockSupport.parkNanos(2_000_000);
          }
          with.out.write(Frame.plain(TEXT, "all").bytes());
          var _ = with.in.read();
        };
    long start = direct();
    long peak = 0;
    try (var agent = open()) {
      var frame = Frame.zeros(BINARY, true, 1 << 20).bytes();
      for (int i = 0; i < FRAMES; i++) {
        agent.out.write(frame);
        peak = Math.max(peak, direct());
      }
      agent.out.flush();
      assertThat(Frame.read(agent.in).payload()).isEqualTo("all");
    }
    assertThat(peak - start).isLessThan(MEMORY_MAX);
  }

  /// A frame is not gathered: its first bytes pass before its last ones are there.
  @Test
  void passesAFrameAsItComes() throws Exception {
    var half = new CountDownLatch(1);
    plain.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH + "\r\n");
          var frame = Frame.zeros(BINARY, false, 10_000).bytes();
          with.out.write(frame, 0, 5_000);
          with.out.flush();
          if (await(half)) {
            with.out.write(frame, 5_000, frame.length - 5_000);
          }
          var _ = with.in.read();
        };
    try (var agent = open()) {
      var first = agent.in.readNBytes(5_000);
      half.countDown();
      var whole = new ByteArrayOutputStream();
      whole.writeBytes(first);
      whole.writeBytes(agent.in.readNBytes(10_004 - 5_000));
      assertThat(whole.size()).isEqualTo(10_004);
    }
  }

  private static Limits narrow() {
    var tuned = new Tuned();
    tuned.webSocket = new WebSocketLimits(1_000, 2_000, 8, Duration.ofSeconds(5));
    return tuned.limits();
  }

  /// An agent whose WebSocket to the plain upstream is open.
  private RawAgent open() throws IOException {
    var agent = proxy.agent();
    agent.send(absolute(""));
    assertThat(agent.head()).startsWith("HTTP/1.1 101 ");
    return agent;
  }

  private String absolute(String fields) {
    return opening("http://" + plain() + "/feed", plain(), fields);
  }

  private static String opening(String target, String host, String fields) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: "
        + host
        + "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + KEY
        + "\r\n"
        + fields
        + "\r\n";
  }

  private String plain() {
    return DataPlane.PLAIN + ":" + plain.port();
  }

  private String good() {
    return DataPlane.GOOD + ":" + good.port();
  }

  private static void says(RawAgent agent, String text) throws IOException {
    agent.send(Frame.masked(TEXT, text).wire());
    assertThat(Frame.read(agent.in).payload()).isEqualTo(text);
  }

  private static void closes(RawAgent agent) throws IOException {
    agent.send(Frame.masked(CLOSE, Frame.closing(1_000, "")).wire());
    assertThat(Frame.read(agent.in).code()).isEqualTo(1_000);
  }

  private static String masked(String text) {
    return Frame.masked(TEXT, text).wire().substring(6);
  }

  private static void echo(Conversation with) throws IOException {
    var _ = with.request();
    with.answer(SWITCH + "\r\n");
    answerFrames(with);
  }

  /// Says back what it hears, until a Close.
  private static void answerFrames(Conversation with) throws IOException {
    Frame heard;
    do {
      heard = Frame.read(with.in);
      assertThat(heard.masked()).isTrue();
      with.out.write(new Frame(heard.first(), false, heard.payload()).bytes());
      with.out.flush();
    } while (!heard.isClose());
  }

  private CallEnd.Completed ended() throws InterruptedException {
    var end = proxy.log.entry(1).end();
    return (CallEnd.Completed) Objects.requireNonNull(end);
  }

  private static long direct() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
