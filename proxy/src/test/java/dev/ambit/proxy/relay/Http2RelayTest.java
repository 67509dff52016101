package dev.ambit.proxy.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.Http2Peer;
import dev.ambit.proxy.model.CallEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// Calls by HTTP/2 on either leg or both, whatever the other side does.
class Http2RelayTest extends Http2Test {
  @Test
  void carriesACallByHttp2OnBothLegsWithTheCredential() throws Exception {
    var agent = proxy.http2(good.port());
    var answer = agent.answer(get(agent, "/v1/items/7"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok");
    assertThat(good.heads.getFirst())
        .contains(":path=/v1/items/7", ":authority=" + authority(), "Bearer " + DataPlane.CANARY)
        .contains("accept-encoding=identity");
    assertThat(ended(1)).isInstanceOf(CallEnd.Completed.class);
  }

  @Test
  void carriesAHundredCallsAtOnceOverOneConnectionUpstream() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          var all = new ArrayList<Integer>();
          for (int i = 0; i < 100; i++) {
            all.add(peer.nextRequest());
          }
          for (int stream : all) {
            with.answer(peer, stream);
          }
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    var streams = new ArrayList<Integer>();
    for (int i = 0; i < 100; i++) {
      streams.add(get(agent, "/v1/items/" + i));
    }
    for (int stream : streams) {
      assertThat(agent.answer(stream).status()).isEqualTo(200);
    }
    assertThat(good.connections).hasValue(1);
    assertThat(good.served).hasValue(100);
  }

  @Test
  void crossesToAnUpstreamThatSpeaksHttp1() throws Exception {
    good.alpn("http/1.1");
    good.script =
        with -> {
          var head = with.request();
          with.answer("HTTP/1.1 200 OK\r\nX-Got: " + head.indexOf("Content-Length: 5") + "\r\n");
          with.answer(
              "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\nX: y\r\n\r\n");
        };
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false, "content-length", "5");
    agent.data(stream, true, "hello");
    var answer = agent.answer(stream);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("onetwo");
    assertThat(answer.trailers).isEmpty();
    assertThat(answer.head).containsKey("x-got").doesNotContainKey("transfer-encoding");
    assertThat(good.bytes()).contains("Content-Length: 5\r\n", "\r\n\r\nhello");
  }

  @Test
  void crossesABodyOfNothingWhoseEndComesInAFrameOfItsOwn() throws Exception {
    good.alpn("http/1.1");
    good.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        };
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false, "content-length", "0");
    agent.data(stream, true, "");
    assertThat(agent.answer(stream).status()).isEqualTo(200);
    assertThat(good.bytes())
        .containsIgnoringCase("content-length: 0\r\n")
        .doesNotContainIgnoringCase("transfer-encoding");
  }

  @Test
  void crossesFromAnAgentThatSpeaksHttp1ToAnUpstreamThatSpeaksHttp2Alone() throws Exception {
    good.alpn("h2");
    try (var agent = proxy.inTunnel(good.port())) {
      for (int i = 0; i < 2; i++) {
        agent.send(
            "POST /v1/items HTTP/1.1\r\nHost: "
                + authority()
                + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        var answer = agent.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok");
      }
    }
    assertThat(good.heads).hasSize(2);
  }

  @Test
  void passesTrailersWhereBothLegsSpeakHttp2() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          var _ = peer.answer(stream);
          peer.head(stream, false, ":status", "200");
          peer.data(stream, false, "body");
          peer.head(stream, true, "grpc-status", "0", "x-more", "yes");
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    var answer = agent.answer(get(agent, "/v1/items/7"));
    assertThat(answer.body()).isEqualTo("body");
    assertThat(answer.trailers).containsEntry("grpc-status", "0").containsEntry("x-more", "yes");
  }

  @Test
  void endsWithTheHeadWhereTheUpstreamDoes() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            var request = peer.answer(stream);
            var status = "HEAD".equals(request.head.get(":method")) ? "200" : "204";
            peer.head(stream, true, ":status", status);
          }
        };
    var agent = proxy.http2(good.port());
    var head = agent.answer(agent.request("HEAD", authority(), "/v1/items/7", true));
    assertThat(head.headOnly).isTrue();
    var empty = agent.answer(get(agent, "/v1/items/7"));
    assertThat(empty.status()).isEqualTo(204);
    assertThat(empty.headOnly).isTrue();
  }

  @Test
  void dropsInterimAnswersAndAsksForTheBodyItself() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "103", "link", "</a>");
          with.answer(peer, stream);
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false, "expect", "100-continue");
    while (agent.of(stream).interim == 0) {
      assertThat(agent.read()).isNotNull();
    }
    agent.data(stream, true, "now");
    assertThat(agent.answer(stream).status()).isEqualTo(200);
    assertThat(agent.of(stream).interim).isEqualTo(1);
  }

  @Test
  void deniesWithAProblemAndGoesOn() throws Exception {
    var agent = proxy.http2(good.port());
    var denied = agent.answer(get(agent, "/v2/secret"));
    assertThat(denied.status()).isEqualTo(403);
    assertThat(denied.head).containsEntry("content-type", "application/problem+json");
    assertThat(denied.reason()).isEqualTo("path_not_granted");
    assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
    assertThat(good.served).hasValue(1);
  }

  @Test
  void sendsAgainWhatTheUpstreamSaysItDidNotTouch() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          if (good.connections.get() == 1) {
            peer.frame(Http2Peer.GOAWAY, 0, 0, new byte[8]);
            var _ = peer.closed();
          } else {
            with.answer(peer, stream);
            var _ = peer.closed();
          }
        };
    var agent = proxy.http2(good.port());
    assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
    assertThat(good.connections).hasValue(2);
    assertThat(good.served).hasValue(1);
  }

  @Test
  void neverRepeatsABodyThatIsGone() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          var _ = peer.answer(stream);
          peer.reset(stream, Http2Peer.REFUSED_STREAM);
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false);
    agent.data(stream, true, "once");
    assertThat(agent.answer(stream).status()).isEqualTo(502);
    assertThat(good.connections).hasValue(1);
  }

  @Test
  void putsTheCredentialIntoNoTable() throws Exception {
    var blocks = new CopyOnWriteArrayList<byte[]>();
    good.script =
        with -> {
          var peer = with.http2();
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            blocks.add(peer.blocks.getLast());
            with.answer(peer, stream);
          }
        };
    var agent = proxy.http2(good.port());
    for (int i = 0; i < 3; i++) {
      assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
    }
    // RFC 7541 6.2.3: a literal that is never indexed, its name the 23rd of the static table.
    assertThat(blocks)
        .hasSize(3)
        .allSatisfy(block -> {
          var text = new String(block, ISO_8859_1);
          assertThat(text).contains("\u001f\u0008");
          assertThat(block.length).isGreaterThan(DataPlane.CANARY.length() / 2);
        });
  }

  @Test
  void holdsToTheStreamsThatTheUpstreamAllows() throws Exception {
    good.script =
        with -> {
          var peer = with.http2(Http2Peer.setting(3, 1));
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            with.answer(peer, stream);
          }
        };
    var agent = proxy.http2(good.port());
    assertThat(agent.answer(get(agent, "/v1/items/0")).status()).isEqualTo(200);
    var streams = List.of(get(agent, "/v1/items/1"), get(agent, "/v1/items/2"));
    for (int stream : streams) {
      assertThat(agent.answer(stream).status()).isEqualTo(200);
    }
    assertThat(good.connections.get()).isBetween(1, 2);
  }

  @Test
  void asksForTheLeaseForEveryStream() throws Exception {
    var agent = proxy.http2(good.port());
    assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
    proxy.leaseHeld = false;
    var late = agent.answer(get(agent, "/v1/items/7"));
    assertThat(late.status()).isEqualTo(503);
    assertThat(late.reason()).isEqualTo("lease_lost");
    proxy.leaseHeld = true;
    assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
    assertThat(good.served).hasValue(2);
  }
}
