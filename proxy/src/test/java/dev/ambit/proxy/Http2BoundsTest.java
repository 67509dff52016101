package dev.ambit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.proxy.testing.Tuned;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every bound of HTTP/2 ends what goes beyond it, on the leg that it is for (INV-22): real
/// sockets, and one limit made small.
class Http2BoundsTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Tuned tuned = new Tuned();
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<AutoCloseable> open = new ArrayList<>();
  private CertificateAuthority ca;
  private StubUpstream good;

  @BeforeEach
  void start() throws Exception {
    ca = DataPlane.upstreamCa();
    good =
        StubUpstream.tls(
                ca,
                Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
                DataPlane.GOOD)
            .alpn("h2");
    good.script = StubUpstream.Conversation::answerAllHttp2;
  }

  @AfterEach
  void stop() throws Exception {
    release.countDown();
    for (var one : open.reversed()) {
      one.close();
    }
    good.close();
  }

  @Test
  void tellsBothSidesItsBoundsBeforeAnythingElse() throws Exception {
    var upstream = new AtomicReference<Http2Peer>();
    good.script =
        with -> {
          var peer = with.http2();
          upstream.set(peer);
          with.answer(peer, peer.nextRequest());
          var _ = peer.closed();
        };
    var agent = proxy().http2(good.port());
    assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
    assertThat(settings(agent)).containsExactlyInAnyOrder("3=100", "4=65536", "5=16384", "6=32768");
    assertThat(settings(upstream.get()))
        .containsExactlyInAnyOrder("2=0", "3=0", "4=65536", "5=16384", "6=32768");
  }

  @Test
  void refusesOneStreamMoreThanAConnectionMayHaveAndServesOn() throws Exception {
    tuned.http2.streams = 2;
    holdAnswers();
    var proxy = proxy();
    var agent = proxy.http2(good.port());
    int first = get(agent);
    int second = get(agent);
    assertThat(agent.answer(get(agent)).reset).isEqualTo(Http2Peer.REFUSED_STREAM);
    assertThat(proxy.log.entry(1).reason()).isEqualTo("limit_exceeded");
    release.countDown();
    assertThat(agent.answer(first).status()).isEqualTo(200);
    assertThat(agent.answer(second).status()).isEqualTo(200);
    assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
  }

  @Test
  void refusesOneStreamMoreThanAllConnectionsTogetherMayHave() throws Exception {
    tuned.http2.streamsInAll = 2;
    holdAnswers();
    var proxy = proxy();
    var one = proxy.http2(good.port());
    var other = proxy.http2(good.port());
    int first = get(one);
    int second = get(other);
    Await.until("both under way", () -> proxy.intents.get() == 2);
    assertThat(other.answer(get(other)).reset).isEqualTo(Http2Peer.REFUSED_STREAM);
    assertThat(proxy.log.entry(1).reason()).isEqualTo("limit_exceeded");
    release.countDown();
    assertThat(one.answer(first).status()).isEqualTo(200);
    assertThat(other.answer(second).status()).isEqualTo(200);
    assertThat(other.answer(get(other)).status()).isEqualTo(200);
  }

  @Test
  void takesAnotherConnectionUpstreamForWhatGoesBeyondTheStreamsOfOne() throws Exception {
    tuned.http2.streams = 2;
    holdAnswers();
    var proxy = proxy();
    var streams = new ArrayList<Integer>();
    var agents = List.of(proxy.http2(good.port()), proxy.http2(good.port()));
    for (var agent : agents) {
      streams.add(get(agent));
      streams.add(get(agent));
    }
    Await.until("two connections", () -> good.connections.get() == 2);
    release.countDown();
    for (int i = 0; i < 4; i++) {
      assertThat(agents.get(i / 2).answer(streams.get(i)).status()).isEqualTo(200);
    }
  }

  @Test
  void closesOnAFrameThatIsTooLarge() throws Exception {
    var proxy = proxy();
    var agent = proxy.http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false);
    agent.frame(Http2Peer.DATA, 0, stream, new byte[16 * 1_024 + 1]);
    assertThat(agent.closed()).isTrue();
    assertThat(agent.goAwayCode()).isEqualTo(Http2Peer.FRAME_SIZE_ERROR);
  }

  @Test
  void closesOnAStreamThatTakesMoreThanItsWindow() throws Exception {
    tuned.http2.streamWindow = 1_024;
    neverReads();
    var agent = proxy().http2(good.port());
    while (agent.settings == null) {
      assertThat(agent.read()).isNotNull();
    }
    int stream = agent.request("POST", authority(), "/v1/items", false);
    agent.frame(Http2Peer.DATA, 0, stream, new byte[1_025]);
    assertThat(agent.closed()).isTrue();
  }

  @Test
  void closesOnDataThatHoldsNothingAgainAndAgain() throws Exception {
    tuned.http2.emptyData = 2;
    var agent = proxy().http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false);
    for (int i = 0; i < 3; i++) {
      agent.data(stream, false, "");
    }
    assertThat(agent.closed()).isTrue();
    assertThat(agent.goAwayCode()).isEqualTo(Http2Peer.ENHANCE_YOUR_CALM);
  }

  @Test
  void closesOnMoreQuestionsThanAnswersMayWait() throws Exception {
    tuned.http2.controlFrames = 500;
    var agent = proxy().http2(good.port());
    var flood = new ByteArrayOutputStream();
    for (int i = 0; i < 10_000; i++) {
      flood.writeBytes(Http2Peer.bytes(Http2Peer.PING, 0, 0, new byte[8]));
    }
    // Nobody reads the answers, so that the socket holds them up at last.
    assertThatThrownBy(
            () -> {
              for (var end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
                agent.out.write(flood.toByteArray());
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void a146ClosesOnAHeadThatDoesNotEnd() throws Exception {
    tuned.headWait = SHORT;
    var proxy = proxy();
    for (int bytes : new int[] {4, 9, 20}) {
      var agent = proxy.http2(good.port());
      assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
      var head = Http2Peer.bytes(Http2Peer.HEADERS, 0, 3, new byte[11]);
      agent.out.write(head, 0, bytes);
      agent.out.flush();
      assertThat(agent.closed()).isTrue();
    }
  }

  @Test
  void a146ClosesOnAPrefaceThatDoesNotEnd() throws Exception {
    tuned.headWait = SHORT;
    var proxy = proxy();
    var agent =
        proxy
            .tunnel(DataPlane.GOOD, good.port())
            .tls(proxy.podCertificate(), DataPlane.GOOD, "h2")
            .send("PRI * HTTP/2.0\r\n");
    assertThat(agent.in.readAllBytes()).isNotNull();
  }

  @Test
  void aHeadThatHasEndedIsNotWaitedFor() throws Exception {
    tuned.headWait = SHORT;
    holdAnswers();
    var agent = proxy().http2(good.port());
    int stream = agent.request("POST", authority(), "/v1/items", false);
    var data = Http2Peer.bytes(Http2Peer.DATA, Http2Peer.END_STREAM, stream, new byte[100]);
    agent.out.write(data, 0, 50);
    agent.out.flush();
    LockSupport.parkNanos(SHORT.multipliedBy(3).toNanos());
    agent.out.write(data, 50, data.length - 50);
    agent.out.flush();
    release.countDown();
    assertThat(agent.answer(stream).status()).isEqualTo(200);
  }

  @Test
  void a146ClosesAConnectionThatCarriesNothing() throws Exception {
    tuned.idle = SHORT;
    var agent = proxy().http2(good.port());
    assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
    assertThat(agent.closed()).isTrue();
    assertThat(agent.goAwayCode()).isZero();
  }

  @Test
  void givesUpAnUpstreamThatAnswersNoPing() throws Exception {
    tuned.http2.pingAfter = SHORT;
    tuned.http2.pingWait = SHORT;
    neverReads();
    var agent = proxy().http2(good.port());
    assertThat(agent.answer(get(agent)).status()).isEqualTo(502);
  }

  @Test
  void waitsForAnUpstreamThatAnswersPings() throws Exception {
    tuned.http2.pingAfter = SHORT;
    tuned.http2.pingWait = Duration.ofSeconds(2);
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          for (int pings = 0; pings < 2; ) {
            var frame = peer.read();
            if (frame == null) {
              return;
            }
            pings += frame.type() == Http2Peer.PING ? 1 : 0;
          }
          with.answer(peer, stream);
          var _ = peer.closed();
        };
    var agent = proxy().http2(good.port());
    assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
  }

  @Test
  void leavesAnUpstreamThatResetsMoreStreamsThanItMay() throws Exception {
    tuned.http2.resets = 3;
    good.script =
        with -> {
          var peer = with.http2();
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            peer.reset(stream, Http2Peer.CANCEL);
          }
        };
    var agent = proxy().http2(good.port());
    for (int i = 0; i < 5; i++) {
      assertThat(agent.answer(get(agent)).status()).isEqualTo(502);
    }
    assertThat(good.connections).hasValue(2);
  }

  @Test
  void leavesAnUpstreamWhoseHeadNeverEnds() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.frame(Http2Peer.HEADERS, 0, stream, new byte[0]);
          for (int i = 0; i < 20; i++) {
            peer.frame(Http2Peer.CONTINUATION, 0, stream, new byte[0]);
          }
          var _ = peer.closed();
        };
    var agent = proxy().http2(good.port());
    assertThat(agent.answer(get(agent)).status()).isEqualTo(502);
  }

  @Test
  void leavesAnUpstreamThatServesNobodyForAsLongAsItMayIdle() throws Exception {
    tuned.pooledIdle = SHORT;
    var proxy = proxy();
    var agent = proxy.http2(good.port());
    assertThat(agent.answer(get(agent)).status()).isEqualTo(200);
    Await.until("its end", () -> good.ended.get() == 1);
    assertThat(proxy.onLoop(proxy.relay::pooled)).isZero();
  }

  private DataPlane proxy() throws IOException {
    var proxy = new DataPlane(tuned.limits(), ca, good.port(), 1);
    open.add(proxy);
    return proxy;
  }

  /// Takes requests at once and answers them when the test says so.
  private void holdAnswers() {
    good.script =
        with -> {
          var peer = with.http2();
          for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
            int held = stream;
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    hold(release);
                    synchronized (peer) {
                      peer.head(held, true, ":status", "200");
                    }
                  } catch (IOException _) {
                    // The test says what must have come.
                  }
                });
          }
        };
  }

  /// Says what a server must say and nothing after it.
  private void neverReads() {
    good.script =
        with -> {
          var _ = with.http2();
          hold(release);
        };
  }

  private static List<String> settings(Http2Peer peer) {
    var payload = Objects.requireNonNull(peer.settings).payload();
    var all = new ArrayList<String>();
    for (int at = 0; at < payload.length; at += 6) {
      var buffer = ByteBuffer.wrap(payload, at, 6);
      all.add(buffer.getShort() + "=" + buffer.getInt());
    }
    return all;
  }

  private int get(Http2Peer agent) throws IOException {
    return agent.request("GET", authority(), "/v1/items/7", true);
  }

  private String authority() {
    return DataPlane.GOOD + ":" + good.port();
  }

  private static void hold(CountDownLatch until) throws IOException {
    try {
      until.await();
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }
}
