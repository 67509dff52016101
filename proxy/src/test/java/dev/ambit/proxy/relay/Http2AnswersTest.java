package dev.ambit.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.model.CallEnd;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers by HTTP/2 that are none never come to an agent, by whatever protocol it asked.
class Http2AnswersTest extends Http2Test {
  @Test
  void breaksOffVisiblyWhereTheUpstreamDoes() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200", "content-length", "10");
          peer.data(stream, true, "short");
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    assertThat(agent.answer(get(agent, "/v1/items/7")).reset).isPositive();
    assertThat(((CallEnd.Completed) ended(1)).result()).isEqualTo(CallEnd.Result.UPSTREAM_FAILED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noAnswers")
  void a150AnswersBadGatewayToWhatIsNoValidAnswer(String what, String[] fields) throws Exception {
    good.alpn("h2");
    good.script =
        with -> {
          var peer = with.http2();
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            peer.head(stream, true, fields);
          }
        };
    var http2 = proxy.http2(good.port());
    assertThat(http2.answer(get(http2, "/v1/items/7")).status()).isEqualTo(502);
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send("GET /v1/items/7 HTTP/1.1\r\nHost: " + authority() + "\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(502);
    }
  }

  static List<Object[]> noAnswers() {
    return List.of(
        new Object[] {"a line end in a value", new String[] {":status", "200", "x", "y\r\nz: 1"}},
        new Object[] {"a NUL in a value", new String[] {":status", "200", "x", "y\0"}},
        new Object[] {"a line end in a name", new String[] {":status", "200", "x\r\ny", "z"}},
        new Object[] {"no status", new String[] {"x", "y"}},
        new Object[] {"two statuses", new String[] {":status", "200", ":status", "204"}},
        new Object[] {"a status that is no number", new String[] {":status", "2x0"}},
        new Object[] {"a status that is too high", new String[] {":status", "600"}},
        new Object[] {"an upgrade", new String[] {":status", "101"}},
        new Object[] {"a pseudo-header of requests", new String[] {":status", "200", ":path", "/"}},
        new Object[] {"an interim answer that ends", new String[] {":status", "103"}},
        new Object[] {
          "two lengths",
          new String[] {":status", "200", "content-length", "0", "content-length", "1"}
        },
        new Object[] {"a signed length", new String[] {":status", "200", "content-length", "+0"}});
  }

  @ParameterizedTest
  @ValueSource(strings = {":status=200", "x=y\r\nz"})
  void a150BreaksOffWhereTrailersAreNone(String trailer) throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200");
          peer.data(stream, false, "body");
          peer.head(stream, true, trailer.split("="));
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    var answer = agent.answer(get(agent, "/v1/items/7"));
    assertThat(answer.reset).isPositive();
    assertThat(answer.trailers).isEmpty();
  }
}
