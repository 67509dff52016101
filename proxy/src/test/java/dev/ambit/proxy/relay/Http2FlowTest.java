package dev.ambit.proxy.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.Http2Peer;
import dev.ambit.proxy.model.CallEnd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What holds a fast side back, and what is left of calls that end early, or of very many.
class Http2FlowTest extends Http2Test {
  /// 128 bytes a call.
  private static final long LEAK = 1 << 20;

  @Test
  void readsTheRestOfAnUploadThatWasDeniedSoThatItsClientComesToTheAnswer() throws Exception {
    int bytes = 1 << 20;
    int piece = 16 * 1_024;
    var agent = proxy.http2(good.port());
    int stream = denied(agent, bytes);
    int window = 64 * 1_024;
    for (int left = bytes; left > 0; left -= piece) {
      while (window < piece) {
        window += opened(agent, stream);
      }
      agent.data(stream, left == piece, "x".repeat(piece));
      window -= piece;
    }
    heard(agent);
    assertThat(agent.of(stream).reset).isNegative();
    assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
  }

  @Test
  void letsAnAgentGoThatWasDeniedAndSendsNothingMore() throws Exception {
    var agent = proxy.http2(good.port());
    int stream = denied(agent, 1 << 20);
    var frame = Objects.requireNonNull(agent.read());
    while (frame.type() != Http2Peer.RST_STREAM) {
      frame = Objects.requireNonNull(agent.read());
    }
    assertThat(frame.stream()).isEqualTo(stream);
    assertThat(frame.code()).isEqualTo(Http2Peer.NO_ERROR);
  }

  private int denied(Http2Peer agent, int bytes) throws IOException {
    int stream =
        agent.request(
            "POST", authority(), "/other", false, "content-length", Integer.toString(bytes));
    var answer = agent.answer(stream);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.reason()).isEqualTo("path_not_granted");
    assertThat(answer.reset).isNegative();
    return stream;
  }

  /// How far the next frame opens the window of the stream.
  private static int opened(Http2Peer agent, int stream) throws IOException {
    var frame = Objects.requireNonNull(agent.read());
    return frame.type() == Http2Peer.WINDOW_UPDATE && frame.stream() == stream ? frame.code() : 0;
  }

  @Test
  void a164ResetsTheStreamsOfAnEndedSessionOnBothLegsAndClosesItsConnections() throws Exception {
    var gone = new CountDownLatch(1);
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200");
          peer.data(stream, false, "first");
          var _ = peer.closed();
          gone.countDown();
        };
    var agent = proxy.http2(good.port());
    int stream = get(agent, "/v1/items/7");
    assertThat(agent.body(stream, 5).body()).isEqualTo("first");
    proxy.endSession();
    assertThat(agent.answer(stream).reset).isPositive();
    assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(((CallEnd.Completed) ended(1)).result()).isEqualTo(CallEnd.Result.CUT);
    assertThat(proxy.relay.pooled()).isZero();
  }

  @Test
  void resetsTheStreamUpstreamWhenTheAgentResetsItsOwn() throws Exception {
    var reset = new CountDownLatch(1);
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200");
          peer.data(stream, false, "first");
          while (peer.of(stream).reset < 0 && peer.read() != null) {
            // On.
          }
          reset.countDown();
          int second = peer.nextRequest();
          with.answer(peer, second);
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    int stream = get(agent, "/v1/items/7");
    assertThat(agent.body(stream, 5).body()).isEqualTo("first");
    agent.reset(stream, Http2Peer.CANCEL);
    assertThat(reset.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(((CallEnd.Completed) ended(1)).result()).isEqualTo(CallEnd.Result.AGENT_GONE);
    assertThat(agent.answer(get(agent, "/v1/items/8")).status()).isEqualTo(200);
    assertThat(good.connections).hasValue(1);
  }

  @Test
  void holdsTheUpstreamBackWhileTheAgentDoesNotRead() throws Exception {
    var sent = new AtomicInteger();
    var blocked = new CountDownLatch(1);
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200");
          int window = 64 * 1_024;
          while (sent.get() < 1 << 20) {
            while (window < 16_384) {
              if (sent.get() >= 3 * 64 * 1_024) {
                blocked.countDown();
              }
              var frame = peer.read();
              if (frame == null) {
                return;
              }
              if (frame.type() == Http2Peer.WINDOW_UPDATE && frame.stream() == stream) {
                window += frame.code();
              }
            }
            peer.data(stream, false, "x".repeat(16_384));
            window -= 16_384;
            sent.addAndGet(16_384);
          }
          peer.data(stream, true, "");
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    agent.opensWindows = false;
    int stream = get(agent, "/v1/items/7");
    assertThat(agent.body(stream, 65_535).bytes.size()).isEqualTo(65_535);
    // What the agent's window, the proxy's and the pieces in between hold, and no more.
    assertThat(sent.get()).isLessThanOrEqualTo(4 * 64 * 1_024);
    agent.opensWindows = true;
    agent.window(0, 65_535);
    agent.window(stream, 65_535);
    assertThat(agent.answer(stream).bytes.size()).isEqualTo(1 << 20);
  }

  @Test
  void leavesNoStreamToAnUpstreamThatAnswersAndNeverTakesTheBody() throws Exception {
    var closed = new CountDownLatch(1);
    var given = new CountDownLatch(1);
    var reset = new CountDownLatch(1);
    good.script =
        with -> {
          var peer = with.http2(Http2Peer.setting(4, 0));
          int stream = peer.nextRequest();
          for (var frame = peer.read(); frame != null && !frame.has(Http2Peer.ACK); ) {
            frame = peer.read();
          }
          closed.countDown();
          hold(given);
          peer.head(stream, true, ":status", "200");
          while (peer.of(stream).reset < 0 && peer.read() != null) {
            // On.
          }
          reset.countDown();
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false);
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    // The first waits for the upstream's window, the second for the first.
    agent.data(stream, false, "body");
    agent.data(stream, true, "more");
    heard(agent);
    given.countDown();
    assertThat(agent.answer(stream).status()).isEqualTo(200);
    assertThat(reset.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void handsOutAllOfAnAnswerWhoseEndCameInTheSameRead() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            var answer = new ByteArrayOutputStream();
            answer.writeBytes(
                Http2Peer.bytes(
                    Http2Peer.HEADERS,
                    Http2Peer.END_HEADERS,
                    stream,
                    Http2Peer.block(":status", "200")));
            for (var part : List.of("one", "two", "three")) {
              answer.writeBytes(
                  Http2Peer.bytes(Http2Peer.DATA, 0, stream, part.getBytes(ISO_8859_1)));
            }
            answer.writeBytes(
                Http2Peer.bytes(
                    Http2Peer.HEADERS,
                    Http2Peer.END_HEADERS | Http2Peer.END_STREAM,
                    stream,
                    Http2Peer.block("x", "y")));
            with.answer(answer.toString(ISO_8859_1));
          }
        };
    var agent = proxy.http2(good.port());
    for (int i = 0; i < 10; i++) {
      var answer = agent.answer(get(agent, "/v1/items/7"));
      assertThat(answer.body()).isEqualTo("onetwothree");
      assertThat(answer.trailers).containsEntry("x", "y");
    }
  }

  @Test
  void handsOutAWholeAnswerToASlowAgentThoughItsStreamIsResetBehindIt() throws Exception {
    var reset = new CountDownLatch(1);
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200");
          peer.data(stream, false, "x".repeat(100));
          peer.data(stream, true, "y".repeat(100));
          peer.reset(stream, Http2Peer.NO_ERROR);
          reset.countDown();
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port(), Http2Peer.setting(4, 1));
    agent.opensWindows = false;
    int stream = agent.request("POST", authority(), "/v1/items", false);
    assertThat(reset.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(agent.body(stream, 1).body()).isEqualTo("x");
    heard(agent);
    agent.window(stream, 1_000);
    assertThat(agent.answer(stream).body()).isEqualTo("x".repeat(100) + "y".repeat(100));
  }

  @Test
  void sendsNothingOfACallBehindItsReset() throws Exception {
    var seen = new LinkedBlockingQueue<Integer>();
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(stream, false, ":status", "200");
          for (var frame = peer.read(); frame != null; frame = peer.read()) {
            if (frame.stream() == stream) {
              seen.add(frame.type());
            } else if (frame.type() == Http2Peer.HEADERS) {
              with.answer(peer, frame.stream());
            }
          }
        };
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false);
    while (agent.of(stream).head.isEmpty()) {
      assertThat(agent.read()).isNotNull();
    }
    var together = new ByteArrayOutputStream();
    together.writeBytes(Http2Peer.bytes(Http2Peer.DATA, 0, stream, new byte[100]));
    together.writeBytes(
        Http2Peer.bytes(Http2Peer.RST_STREAM, 0, stream, Http2Peer.int32(Http2Peer.CANCEL)));
    agent.out.write(together.toByteArray());
    agent.out.flush();
    assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
    assertThat(seen).last().isEqualTo(Http2Peer.RST_STREAM);
  }

  @Test
  void holdsTheAgentBackWhileTheUpstreamDoesNotRead() throws Exception {
    var go = new CountDownLatch(1);
    good.script =
        with -> {
          var peer = with.http2();
          peer.opensWindows = false;
          int stream = peer.nextRequest();
          hold(go);
          peer.opensWindows = true;
          peer.window(0, 65_535);
          peer.window(stream, 65_535);
          with.answer(peer, stream);
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false);
    int window = 65_535;
    int sent = 0;
    var piece = "x".repeat(16_000);
    while (sent < 1 << 20) {
      while (window < piece.length()) {
        if (go.getCount() > 0) {
          heard(agent);
          // The windows of both legs and a piece in between, and no more.
          assertThat(sent).isLessThanOrEqualTo(3 * 65_536);
          go.countDown();
        }
        var frame = Objects.requireNonNull(agent.read());
        window +=
            frame.type() == Http2Peer.WINDOW_UPDATE && frame.stream() == stream ? frame.code() : 0;
      }
      agent.data(stream, false, piece);
      sent += piece.length();
      window -= piece.length();
    }
    agent.data(stream, true, "");
    assertThat(agent.answer(stream).status()).isEqualTo(200);
  }

  @Test
  void tenThousandCallsInARowLeaveNothingBehind() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            peer.head(stream, true, ":status", "200");
            peer.forget();
          }
        };
    var agent = proxy.http2(good.port());
    call(agent, 2_000);
    assertThat(grown(agent)).isLessThan(LEAK);
    assertThat(proxy.onLoop(proxy.relay::exchanges)).isZero();
    assertThat(proxy.onLoop(proxy.relay::pooled)).isEqualTo(1);
    assertThat(good.connections).hasValue(1);
  }

  /// By how much the heap has grown after eight thousand calls. What else lives in this process
  /// comes and goes; what calls leave behind is there after each round.
  private long grown(Http2Peer agent) throws IOException {
    long grown = Long.MAX_VALUE;
    for (int round = 0; round < 3 && grown >= LEAK; round++) {
      long before = heap();
      call(agent, 8_000);
      grown = heap() - before;
    }
    return grown;
  }

  private void call(Http2Peer agent, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      assertThat(agent.answer(get(agent, "/v1/items/7")).status()).isEqualTo(200);
      agent.forget();
      proxy.log.entries.clear();
    }
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
