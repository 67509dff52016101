package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.Frame;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Groups 4.4 and 4.5 as far as they speak of WebSocket: nothing crosses before a valid 101 to what
/// was granted.
class WebSocketAttacksTest extends AttackTest {
  private static final String FEED = "ws.good.test";

  /// The sample of RFC 6455 1.3.
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  private static final String SWITCH =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: "
          + ACCEPT
          + "\r\n\r\n";

  @BeforeEach
  void grant() {
    site.open(site.zero().webSocket("feed", FEED, site.hostile.port(), "/feed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/items/7", "/feed"})
  void a108RefusesAWebSocketWithoutAGrantOfOne(String path) throws Exception {
    try (var agent = site.insideGood()) {
      denied(agent.send(opening(path, site.goodHost(), "")).answer(), 403, "protocol_not_granted");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(site.good.connections.get()).isZero();
  }

  @Test
  void a108RefusesAWebSocketOnAnotherPathThanTheGranted() throws Exception {
    denied(site.ask(opening("/else")), 403, "path_not_granted");
    assertThat(site.hostile.connections.get()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=",
        "Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==",
        "X-None: there",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: x",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: x"
      })
  void a108AnswersBadGatewayToAWrongSwitch(String fields) throws Exception {
    site.hostile.script =
        with -> {
          var _ = with.request();
          with.answer(
              SWITCH.replace("Sec-WebSocket-Accept: " + ACCEPT, fields)
                  + Frame.plain(Frame.LAST | Frame.TEXT, "leaked").wire());
          var _ = with.in.read();
        };
    site.expect("");
    var agent = site.agent();
    var answer = agent.send(opening("/feed")).answer();
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.body()).doesNotContain("leaked");
    assertThat(agent.closed()).isTrue();
  }

  @Test
  void a108AnswersBadGatewayToAnUnsolicited101() throws Exception {
    site.hostile.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH);
          var _ = with.in.read();
        };
    site.expect("");
    var host = Site.HOSTILE + ":" + site.hostile.port();
    site.open(site.zero());
    assertThat(site.ask(get("http://" + host + "/v1/x", host)).status()).isEqualTo(502);
  }

  @ParameterizedTest
  @ValueSource(strings = {"permessage-deflate", "x-webkit-deflate-frame, permessage-deflate; x"})
  void a108OffersNoExtension(String extensions) throws Exception {
    site.hostile.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH);
          var _ = with.in.read();
        };
    site.expect("");
    var agent = site.agent();
    agent.send(opening("/feed", "Sec-WebSocket-Extensions: " + extensions + "\r\n"));
    assertThat(agent.head()).startsWith("HTTP/1.1 101 ").doesNotContain("Extensions");
    assertThat(site.hostile.heads.getFirst()).doesNotContain("Extensions", "deflate");
  }

  @Test
  void a108CompressedFramesGoNoFurther() throws Exception {
    site.hostile.script =
        with -> {
          var _ = with.request();
          with.answer(SWITCH);
          var _ = with.in.read();
        };
    site.expect("");
    var agent = site.agent();
    agent.send(opening("/feed"));
    assertThat(agent.head()).startsWith("HTTP/1.1 101 ");
    agent.send(Frame.masked(Frame.LAST | Frame.TEXT | 0x40, "smuggled").wire());
    assertThat(Frame.read(agent.in).code()).isEqualTo(1_002);
    assertThat(agent.closed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 OK", "HTTP/1.1 101 Switching Protocols"})
  void a099RefusesWhatIsSmuggledBehindARequestForWebSocket(String status) throws Exception {
    site.hostile.script =
        with -> {
          var _ = with.request();
          with.answer(status + "\r\nContent-Length: 2\r\n\r\nok");
          var _ = with.in.read();
        };
    malformed(opening("/feed") + get("http://evil.test/smuggled", "evil.test"));
    assertThat(site.hostile.connections.get()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: websocket",
        "Connection: Upgrade\r\nUpgrade: websocket",
      })
  void a099RefusesWhatNamesWebSocketAndOpensNone(String fields) throws Exception {
    var host = FEED + ":" + site.hostile.port();
    malformed(get("http://" + host + "/feed", host, fields + "\r\n"));
    assertThat(site.hostile.connections.get()).isZero();
  }

  private String opening(String path, String... fields) {
    var host = FEED + ":" + site.hostile.port();
    return opening("http://" + host + path, host, String.join("", List.of(fields)));
  }

  private static String opening(String target, String host, String fields) {
    return get(
        target,
        host,
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        "Sec-WebSocket-Key: " + KEY + "\r\n",
        fields);
  }
}
