package dev.ambit.proxy.attacks;

import static dev.ambit.proxy.Http2Peer.CONTINUATION;
import static dev.ambit.proxy.Http2Peer.DATA;
import static dev.ambit.proxy.Http2Peer.END_HEADERS;
import static dev.ambit.proxy.Http2Peer.END_STREAM;
import static dev.ambit.proxy.Http2Peer.ENHANCE_YOUR_CALM;
import static dev.ambit.proxy.Http2Peer.HEADERS;
import static dev.ambit.proxy.Http2Peer.PRIORITY;
import static dev.ambit.proxy.Http2Peer.PROTOCOL_ERROR;
import static dev.ambit.proxy.Http2Peer.block;
import static dev.ambit.proxy.Http2Peer.setting;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proto.v1.Exhausted;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proto.v1.Reserved;
import dev.ambit.proxy.Http2Peer;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.5 and the halves of 4.1, 4.8 and 4.9 that HTTP/2 brings, by raw frames.
class Http2AttacksTest extends AttackTest {
  private static final int RESETS = 200;

  @Override
  String[] machine() {
    return new String[] {"-D" + AttackedProxyMain.BODY_WAIT + "=3000"};
  }

  @BeforeEach
  void speakHttp2() {
    site.good.alpn("h2", "http/1.1");
    site.good.script = StubUpstream.Conversation::answerAllHttp2;
  }

  @Test
  void a006ResetsARequestWhoseHostIsNotItsAuthority() throws Exception {
    reset("host", "evil.test");
  }

  @Test
  void a009AnswersMisdirectedToAnotherAuthorityAndServesOn() throws Exception {
    var agent = http2();
    var evil = agent.answer(agent.request("GET", "evil.test", "/v1/items/7", true));
    assertThat(evil.status()).isEqualTo(421);
    site.expect("authority_mismatch", "");
    assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddHeads")
  void a100ResetsHeadsThatHaveNoOneMeaning(String what, String[] fields) throws Exception {
    var agent = http2();
    malformed(agent, agent.open(true, fields));
  }

  static List<Object[]> oddHeads() {
    var odd = new ArrayList<Object[]>();
    for (var bad : List.of("\r", "\n", "\0")) {
      var name = Integer.toHexString(bad.charAt(0));
      odd.add(new Object[] {name + " in a name", plain("x" + bad + "y", "z")});
      odd.add(new Object[] {name + " in a value", plain("x", "y" + bad + "z")});
      odd.add(
          new Object[] {name + " in the path", head("GET", "https", "api.good.test", "/" + bad)});
      odd.add(new Object[] {name + " in the method", head("G" + bad, "https", "a.test", "/")});
      odd.add(new Object[] {name + " in the authority", head("GET", "https", "a" + bad, "/")});
    }
    odd.add(new Object[] {"a name with a colon", plain("x:y", "z")});
    odd.add(new Object[] {"a name in upper case", plain("X-Y", "z")});
    odd.add(new Object[] {"a name with a space", plain("x y", "z")});
    odd.add(new Object[] {"an empty name", plain("", "z")});
    odd.add(new Object[] {"a value with a space before it", plain("x", " y")});
    return odd;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a HTTP/1.1\r\nX:", "/a b", "", "/\u00e9"})
  void a101ResetsPathsThatAreNone(String path) throws Exception {
    var agent = http2();
    malformed(agent, agent.request("GET", site.goodHost(), path, true));
  }

  @Test
  void a101ResetsASchemeThatHoldsMore() throws Exception {
    var agent = http2();
    malformed(agent, agent.open(true, head("GET", "http/evil", site.goodHost(), "/v1/items/7")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"transfer-encoding=chunked", "connection=close", "te=gzip", "upgrade=foo"})
  void a103ResetsFieldsOfHttp1Connections(String field) throws Exception {
    reset(field.split("="));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddPseudoHeaders")
  void a104ResetsPseudoHeadersOutOfPlace(String what, String[] fields) throws Exception {
    var agent = http2();
    malformed(agent, agent.open(true, fields));
  }

  static List<Object[]> oddPseudoHeaders() {
    return List.of(
        new Object[] {"two paths", plain(":path", "/v1/items/8")},
        new Object[] {
          "a late one",
          new String[] {
            ":method", "GET", ":scheme", "https", ":path", "/", "x", "y", ":authority", "a.test"
          }
        },
        new Object[] {"an unknown one", plain(":fancy", "x")},
        new Object[] {"one of an answer", plain(":status", "200")});
  }

  @Test
  void a104ResetsPseudoHeadersInTrailers() throws Exception {
    var begun = new CountDownLatch(1);
    site.good.script =
        with -> {
          var peer = with.http2();
          var _ = peer.nextRequest();
          begun.countDown();
          var _ = peer.closed();
        };
    var agent = http2();
    int stream = agent.request("POST", site.goodHost(), "/v1/items/7", false);
    agent.data(stream, false, "x");
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    agent.head(stream, true, ":path", "/v1/items/8");
    assertThat(agent.answer(stream).reset).isEqualTo(PROTOCOL_ERROR);
    site.received(1);
    site.expect("");
  }

  @Test
  void a106DeniesHttp2WithoutTlsInsideATunnel() throws Exception {
    var agent = site.tunnel(site.rawHost());
    site.expect("malformed");
    malformed(agent.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  }

  @Test
  void a106StripsAnUpgradeToHttp2() throws Exception {
    site.good.script = StubUpstream.Conversation::answerAll;
    site.good.alpn("http/1.1");
    granted(
        site.insideGood()
            .send(
                get(
                    "/v1/items/7",
                    site.goodHost(),
                    "Connection: Upgrade, HTTP2-Settings\r\n",
                    "Upgrade: h2c\r\n",
                    "HTTP2-Settings: AAMAAABkAAQAAP__\r\n"))
            .answer());
    assertThat(site.good.heads.getFirst()).doesNotContainIgnoringCase("upgrade", "http2-settings");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "websocket", "connect-udp"})
  void a107RefusesConnect(String protocol) throws Exception {
    var agent = http2();
    var fields = new ArrayList<>(List.of(":method", "CONNECT", ":authority", site.goodHost()));
    if (!protocol.isEmpty()) {
      fields.addAll(List.of(":scheme", "https", ":path", "/v1/items/7", ":protocol", protocol));
    }
    var answer = agent.answer(agent.open(false, fields.toArray(String[]::new)));
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.reason()).isEqualTo("unsupported");
    site.expect("unsupported");
  }

  @Test
  void a110ClosesWhenHttp1FollowsAHandshakeForHttp2() throws Exception {
    var agent = site.tunnel(site.goodHost()).tls(site.podCertificate(), Site.GOOD, "h2");
    agent.send(get("/v1/items/7", site.goodHost()));
    assertThat(agent.in.readAllBytes()).isNotNull();
    site.expect("malformed");
  }

  @Test
  void a110ClosesWhenThePrefaceFollowsAHandshakeForHttp1() throws Exception {
    var agent = site.tunnel(site.goodHost()).tls(site.podCertificate(), Site.GOOD, "http/1.1");
    site.expect("malformed");
    malformed(agent.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"h3", "spdy/3.1"})
  void a110ClosesOnProtocolsThatNobodySpeaksHere(String protocol) throws Exception {
    var agent = site.tunnel(site.goodHost());
    try {
      agent.tls(site.podCertificate(), Site.GOOD, protocol);
      throw new AssertionError("a handshake");
    } catch (javax.net.ssl.SSLException refused) {
      assertThat(refused).hasMessageContaining("no_application_protocol");
    }
    site.expect("protocol_not_granted");
  }

  @Test
  void a111PutsOursInPlaceOfTheAgentsOwnOnEveryStream() throws Exception {
    var agent = http2();
    for (int i = 0; i < 2; i++) {
      var mine = new String[] {"authorization", "Bearer mine", "authorization", "Bearer mine"};
      int stream = agent.request("GET", site.goodHost(), "/v1/items/7", true, mine);
      assertThat(agent.answer(stream).status()).isEqualTo(200);
    }
    site.expect("", "");
    assertThat(site.good.heads)
        .hasSize(2)
        .allSatisfy(head ->
            assertThat(head)
                .doesNotContain("mine")
                .contains("authorization=Bearer " + Canary.VALUE));
  }

  @Test
  void a112StripsEveryAuthorityOfTheAgentsOwnFromEveryStream() throws Exception {
    var agent = http2();
    var names =
        List.of("x-api-key", "x-auth-token", "cookie", "x-amz-date", "x-amz-security-token");
    for (var name : names) {
      int stream =
          agent.request(
              "GET", site.goodHost(), "/v1/items/7?api_key=mine", true, name, "mine=mine");
      assertThat(agent.answer(stream).status()).isEqualTo(200);
      site.expect("");
    }
    assertThat(site.good.heads)
        .hasSize(names.size())
        .allSatisfy(head -> assertThat(head).doesNotContain("mine"));
  }

  @Test
  void a140SaysGoodbyeToRapidResets() throws Exception {
    var agent = http2();
    var flood = new ByteArrayOutputStream();
    for (int i = 0; i < 1_000; i++) {
      int stream = 1 + 2 * i;
      flood.writeBytes(
          Http2Peer.bytes(
              HEADERS,
              END_HEADERS | END_STREAM,
              stream,
              block(head("GET", "https", site.goodHost(), "/v1/items/7"))));
      flood.writeBytes(
          Http2Peer.bytes(Http2Peer.RST_STREAM, 0, stream, Http2Peer.int32(Http2Peer.CANCEL)));
    }
    calms(agent, flood);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a window of nothing", "a dependency on itself", "data after the end"})
  void a141CountsTheResetsThatItIsMadeToSend(String how) throws Exception {
    var agent = http2();
    var flood = new ByteArrayOutputStream();
    for (int i = 0; i < 1_000; i++) {
      int stream = 1 + 2 * i;
      flood.writeBytes(
          Http2Peer.bytes(
              HEADERS,
              END_HEADERS | (how.startsWith("data") ? END_STREAM : 0),
              stream,
              block(head("POST", "https", site.goodHost(), "/v1/items/7"))));
      flood.writeBytes(
          switch (how.charAt(2)) {
            case 'w' -> Http2Peer.bytes(Http2Peer.WINDOW_UPDATE, 0, stream, Http2Peer.int32(0));
            case 'd' ->
                Http2Peer.bytes(PRIORITY, 0, stream, Arrays.copyOf(Http2Peer.int32(stream), 5));
            default -> Http2Peer.bytes(DATA, 0, stream, new byte[] {1});
          });
    }
    calms(agent, flood);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a142ClosesOnAFloodOfContinuations(int bytes) throws Exception {
    var agent = http2();
    var flood = new ByteArrayOutputStream();
    flood.writeBytes(Http2Peer.bytes(HEADERS, END_STREAM, 1, new byte[0]));
    for (int i = 0; i < 1_000; i++) {
      flood.writeBytes(Http2Peer.bytes(CONTINUATION, 0, 1, new byte[bytes]));
    }
    write(agent, flood);
    assertThat(agent.closed()).isTrue();
    site.expect("limit_exceeded");
  }

  @Test
  void a144CountsWhatABlockDecodesTo() throws Exception {
    var agent = http2();
    var bomb = new ByteArrayOutputStream();
    bomb.writeBytes(block(head("GET", "https", site.goodHost(), "/v1/items/7")));
    // One field of nearly 4 KiB into the table, then references to it.
    bomb.write(0x40);
    bomb.write(1);
    bomb.write('x');
    bomb.write(127);
    int rest = 3_900 - 127;
    bomb.write((rest & 0x7f) | 0x80);
    bomb.write(rest >> 7);
    bomb.writeBytes("y".repeat(3_900).getBytes(ISO_8859_1));
    for (int i = 0; i < 8_000; i++) {
      bomb.write(0x80 | 62);
    }
    agent.frame(HEADERS, END_HEADERS | END_STREAM, 1, bomb.toByteArray());
    assertThat(agent.answer(1).status()).isEqualTo(431);
    site.expect("limit_exceeded");
  }

  @Test
  void a145LetsAnAgentGoThatOpensNoWindow() throws Exception {
    site.good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200");
          for (int i = 0; i < 4; i++) {
            peer.data(stream, false, "x".repeat(16_000));
          }
          var _ = peer.closed();
        };
    var agent = http2(setting(4, 1));
    agent.opensWindows = false;
    int stream = get(agent);
    assertThat(agent.answer(stream).reset).isPositive();
    assertThat(agent.of(stream).bytes.size()).isLessThanOrEqualTo(1);
    site.received(1);
    site.expect("");
  }

  @Test
  void a145TakesATinyBoundOnHeadsForAdvice() throws Exception {
    var agent = http2(setting(6, 1));
    assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
    site.expect("");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("largeHeads")
  void a149RefusesHeadsBeyondTheirBound(String what, String[] fields) throws Exception {
    var agent = http2();
    try {
      var _ = agent.open(true, fields);
    } catch (IOException _) {
      // Closed before all of it was sent.
    }
    var answer = agent.answer(1);
    assertThat(answer.status() == 431 || answer.reset > 0 || agent.goAway != null)
        .as(answer.toString())
        .isTrue();
    site.expect(
        what.contains("method") || what.contains("cookie") ? "malformed" : "limit_exceeded");
  }

  static List<Object[]> largeHeads() {
    var many = new ArrayList<>(List.of(plain("x", "y")));
    for (int i = 0; i < 200; i++) {
      many.addAll(List.of("x" + i, "y"));
    }
    return List.of(
        new Object[] {"32 769 bytes", plain("x", "y".repeat(32_700))},
        new Object[] {"a cookie of a megabyte", plain("cookie", "y".repeat(1 << 20))},
        new Object[] {"two hundred fields", many.toArray(String[]::new)},
        new Object[] {"a long method", head("M".repeat(5_000), "https", "api.good.test", "/")});
  }

  @Test
  void a161GivesTheLastOfABudgetToOneOf64Streams() throws Exception {
    var left = new AtomicInteger(1);
    site.plane.ledger =
        _ ->
            left.getAndDecrement() > 0
                ? ReserveResponse.newBuilder().setReserved(Reserved.getDefaultInstance()).build()
                : ReserveResponse.newBuilder()
                    .setExhausted(Exhausted.newBuilder().setBudget("session"))
                    .build();
    var agent = http2();
    var streams = new ArrayList<Integer>();
    for (int i = 0; i < 64; i++) {
      streams.add(get(agent));
    }
    int answered = 0;
    for (int stream : streams) {
      answered += agent.answer(stream).status() == 200 ? 1 : 0;
    }
    assertThat(answered).isEqualTo(1);
    site.expect("");
    site.expectMany(63, "budget_exhausted");
  }

  private void calms(Http2Peer agent, ByteArrayOutputStream flood) throws IOException {
    write(agent, flood);
    assertThat(agent.closed()).isTrue();
    if (agent.goAway != null) {
      assertThat(agent.goAwayCode()).isEqualTo(ENHANCE_YOUR_CALM);
    }
    Await.until("records", () -> site.counted() > RESETS + 1);
    int told = (int) site.counted();
    // No more calls than resets are borne, and no more work than that.
    assertThat(told).isLessThanOrEqualTo(RESETS + 2);
    // A control plane that is asked so much at once may answer some of it too late.
    int late = (int) site.counted("control_unavailable");
    site.expectMany(told - 1 - late, "");
    site.expectMany(late, "control_unavailable");
    site.expect("limit_exceeded");
  }

  /// A peer that is closed meanwhile takes no more.
  private static void write(Http2Peer agent, ByteArrayOutputStream flood) {
    try {
      agent.out.write(flood.toByteArray());
      agent.out.flush();
    } catch (IOException _) {
      // What it said before is read.
    }
  }

  private void reset(String... field) throws Exception {
    var agent = http2();
    malformed(agent, agent.request("GET", site.goodHost(), "/v1/items/7", true, field));
  }

  private void malformed(Http2Peer agent, int stream) throws IOException {
    var answer = agent.answer(stream);
    assertThat(answer.reset).as(answer.toString()).isEqualTo(PROTOCOL_ERROR);
    site.expect("malformed");
  }

  private int get(Http2Peer agent) throws IOException {
    return agent.request("GET", site.goodHost(), "/v1/items/7", true);
  }

  private Http2Peer http2(byte... settings) throws Exception {
    var agent = site.tunnel(site.goodHost()).tls(site.podCertificate(), Site.GOOD, "h2");
    return Http2Peer.client(agent.in, agent.out, settings);
  }

  private static String[] head(String method, String scheme, String authority, String path) {
    return new String[] {
      ":method", method, ":scheme", scheme, ":authority", authority, ":path", path
    };
  }

  private static String[] plain(String... more) {
    var all = new ArrayList<>(List.of(head("GET", "https", "api.good.test", "/v1/items/7")));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
