package dev.ambit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.testing.Tuned;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every wait and every pool of the data plane ends at its bound (INV-22): real sockets, a peer
/// that does nothing, and one limit made small.
class BoundsTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final byte[] MIB = new byte[1 << 20];

  private final Tuned tuned = new Tuned();
  private final List<AutoCloseable> open = new ArrayList<>();
  private CertificateAuthority ca;
  private StubUpstream good;
  private StubUpstream plain;

  @BeforeEach
  void start() throws Exception {
    ca = DataPlane.upstreamCa();
    good =
        StubUpstream.tls(
            ca,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            DataPlane.GOOD);
    plain = StubUpstream.plain();
  }

  @AfterEach
  void stop() throws Exception {
    for (var one : open.reversed()) {
      one.close();
    }
    good.close();
    plain.close();
  }

  @Test
  void a146ClosesATunnelWhoseHandshakeDoesNotGoOn() throws Exception {
    tuned.handshakeWait = SHORT;
    var proxy = proxy(good.port(), plain.port());
    var authority = DataPlane.GOOD + ":" + good.port();
    for (var begun : List.of("\u0016", "\u0016\u0003\u0001\u0001\u0000\u0001")) {
      var agent = keep(proxy.agent());
      agent.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
      assertThat(RawAgent.head(agent.in)).startsWith("HTTP/1.1 200 ");
      agent.send(begun);
      assertThat(agent.closed()).isTrue();
    }
  }

  /// Most clients send a whole body before they read.
  @Test
  void isHeardByAnAgentThatReadsOnlyWhenItsWholeRefusedBodyIsSent() throws Exception {
    var proxy = proxy(good.port(), plain.port());
    var plainly = keep(proxy.agent());
    refuseBody(plainly, "http://" + DataPlane.PLAIN + ":" + plain.port(), plain.port());
    var inTunnel = keep(proxy.inTunnel(good.port()));
    refuseBody(inTunnel, "", good.port());
  }

  /// More than the sockets between them hold.
  private static void refuseBody(RawAgent agent, String prefix, int port) throws IOException {
    var host = prefix.isEmpty() ? DataPlane.GOOD : DataPlane.PLAIN;
    var head = "POST " + prefix + "/other HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n";
    agent.send(head + "Content-Length: " + 32 * MIB.length + "\r\n\r\n");
    for (var sent = 0; sent < 32; sent++) {
      agent.out.write(MIB);
    }
    var answer = agent.answer();
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.reason()).isEqualTo("path_not_granted");
    assertThat(agent.closed()).isTrue();
  }

  @Test
  void closesOnAnAgentThatSendsOnAndOnAfterItsRefusal() throws Exception {
    tuned.linger = SHORT;
    var proxy = proxy(good.port(), plain.port());
    var agent = keep(proxy.agent());
    agent.send("nonsense\r\n\r\n");
    assertThatThrownBy(
            () -> {
              for (var end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
                agent.out.write(MIB);
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void closesOnAnAgentThatStaysAndSaysNothingAfterItsRefusal() throws Exception {
    tuned.lingerIdle = SHORT;
    tuned.connections = 1;
    var proxy = proxy(good.port(), plain.port());
    var staying = keep(proxy.agent());
    assertThat(staying.send("nonsense\r\n\r\n").answer().status()).isEqualTo(400);
    Await.until("its place taken", () -> isAnswered(proxy));
  }

  private static boolean isAnswered(DataPlane proxy) {
    try (var next = proxy.agent()) {
      return next.send("nonsense\r\n\r\n").answer().status() == 400;
    } catch (IOException _) {
      return false; // not yet: it was closed as soon as it was accepted
    }
  }

  @Test
  void a146ClosesATunnelInWhichNothingIsSaid() throws Exception {
    tuned.idle = SHORT;
    var proxy = proxy(good.port(), plain.port());
    var authority = DataPlane.GOOD + ":" + good.port();
    var agent = keep(proxy.agent());
    agent.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    assertThat(RawAgent.head(agent.in)).startsWith("HTTP/1.1 200 ");
    assertThat(agent.closed()).isTrue();
  }

  @Test
  void waitsNoLongerForTheUpstreamsHandshake() throws Exception {
    tuned.handshakeWait = Duration.ofSeconds(1);
    var silent = keep(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    var proxy = proxy(silent.getLocalPort(), 1);
    var answer = keep(proxy.inTunnel(silent.getLocalPort())).send(get(silent)).answer();
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.body()).contains("\"stage\":\"tls\"");
  }

  @Test
  void f11WaitsNoLongerForAConnectionToBeAccepted() throws Exception {
    tuned.connectWait = SHORT;
    var full = full();
    var proxy = proxy(1, full.getLocalPort());
    var answer = keep(proxy.agent()).send(plain("GET", full.getLocalPort(), "")).answer();
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.body()).contains("\"stage\":\"connect\"");
  }

  @Test
  void a164TellsThatTheSessionEndedWhileTheCallWasDiallingOrShakingHands() throws Exception {
    var full = full();
    var silent = keep(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    var dialling = proxy(silent.getLocalPort(), full.getLocalPort());
    var plainAgent = keep(dialling.agent()).send(plain("GET", full.getLocalPort(), ""));
    var tlsAgent = keep(dialling.inTunnel(silent.getLocalPort())).send(get(silent));
    until(dialling, () -> dialling.relay.exchanges() == 2);
    keep(silent.accept());
    dialling.endSession();
    for (var agent : List.of(plainAgent, tlsAgent)) {
      var answer = agent.answer();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.reason()).isEqualTo("session_ended");
    }
  }

  @Test
  void a091EndsARequestBodyThatStandsStillOrTrickles() throws Exception {
    tuned.bodyIdle = SHORT;
    var proxy = proxy(good.port(), plain.port());
    var still = keep(proxy.agent()).send(plain("POST", plain.port(), "Content-Length: 100\r\n"));
    assertThat(still.send("begun").answer().status()).isEqualTo(400);
    assertThat(still.closed()).isTrue();
    var trickle =
        keep(proxy.agent()).send(plain("POST", plain.port(), "Content-Length: 1000000\r\n"));
    var bytes =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (true) {
                  trickle.send("x");
                  TimeUnit.MILLISECONDS.sleep(20);
                }
              } catch (IOException | InterruptedException _) {
                // Cut off, as it must be.
              }
            });
    assertThat(trickle.answer().status()).isEqualTo(400);
    bytes.interrupt();
    bytes.join();
  }

  @Test
  void a091CarriesManyOneByteChunks() throws Exception {
    var proxy = proxy(good.port(), plain.port());
    var agent =
        keep(proxy.agent()).send(plain("POST", plain.port(), "Transfer-Encoding: chunked\r\n"));
    // A tenth of what the matrix says: here every buffer is watched for leaks, which takes its
    // time.
    agent.send("1\r\nx\r\n".repeat(10_000)).send("0\r\n\r\n");
    assertThat(agent.answer().status()).isEqualTo(200);
  }

  @Test
  void endsAnAnswerThatStandsStill() throws Exception {
    tuned.bodyIdle = SHORT;
    plain.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
          var _ = with.in.read();
        };
    var answer = call(proxy(good.port(), plain.port()));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.whole()).isFalse();
  }

  @Test
  void endsAStreamThatStandsStillAfterItsOwnLongerWait() throws Exception {
    tuned.bodyIdle = Duration.ofMillis(1);
    tuned.streamIdle = SHORT;
    plain.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
          var _ = with.in.read();
        };
    var answer = call(proxy(good.port(), plain.port()));
    assertThat(answer.body()).isEqualTo("half");
    assertThat(answer.whole()).isFalse();
  }

  @Test
  void f12LetsAnAgentGoThatDoesNotReadItsAnswer() throws Exception {
    tuned.bodyIdle = SHORT;
    tuned.streamIdle = Duration.ofSeconds(60);
    var gone = new CountDownLatch(1);
    plain.script =
        with -> {
          var _ = with.request();
          try {
            with.answer("HTTP/1.1 200 OK\r\n\r\n");
            while (true) {
              with.answer("x".repeat(64 * 1_024));
            }
          } catch (IOException _) {
            gone.countDown();
          }
        };
    var proxy = proxy(good.port(), plain.port());
    keep(proxy.agent()).send(plain("GET", plain.port(), ""));
    assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void f12LetsAnUpstreamGoThatDoesNotReadTheRequest() throws Exception {
    tuned.bodyIdle = SHORT;
    var over = new CountDownLatch(1);
    plain.script =
        with -> {
          var _ = with.head();
          try {
            var _ = over.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
          }
        };
    var proxy = proxy(good.port(), plain.port());
    var agent =
        keep(proxy.agent()).send(plain("POST", plain.port(), "Content-Length: 99999999\r\n"));
    var sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int i = 0; i < 1_000; i++) {
                  agent.send("x".repeat(64 * 1_024));
                }
              } catch (IOException _) {
                // Cut off, as it must be.
              }
            });
    var answer = agent.answer();
    over.countDown();
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.body()).contains("\"stage\":\"send\"");
    sender.join();
  }

  @Test
  void keepsNoMoreIdleConnectionsInAllThanItsBound() throws Exception {
    tuned.pooled = 3;
    var all = new CountDownLatch(6);
    StubUpstream.Script together =
        with -> {
          var _ = with.request();
          all.countDown();
          try {
            var _ = all.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
          }
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          with.answerAll();
        };
    plain.script = together;
    good.script = together;
    var proxy = proxy(good.port(), plain.port());
    var agents = new ArrayList<RawAgent>();
    for (int i = 0; i < 3; i++) {
      agents.add(keep(proxy.agent()).send(plain("GET", plain.port(), "")));
      agents.add(keep(proxy.inTunnel(good.port())).send(tunnelled(good.port())));
    }
    for (var agent : agents) {
      assertThat(agent.answer().status()).isEqualTo(200);
    }
    until(proxy, () -> proxy.relay.exchanges() == 0);
    Await.until("three closed", () -> plain.ended.get() + good.ended.get() == 3);
    assertThat(proxy.onLoop(proxy.relay::pooled)).isEqualTo(3);
  }

  @Test
  void closesAConnectionThatWasIdleForTooLong() throws Exception {
    tuned.pooledIdle = SHORT;
    var proxy = proxy(good.port(), plain.port());
    assertThat(call(proxy).status()).isEqualTo(200);
    Await.until("closed", () -> plain.ended.get() == 1);
    assertThat(proxy.onLoop(proxy.relay::pooled)).isZero();
  }

  @Test
  void hasADefaultForEveryBound() {
    assertThat(new Tuned().limits()).isEqualTo(Limits.DEFAULT);
  }

  private DataPlane proxy(int goodPort, int plainPort) throws IOException {
    return keep(new DataPlane(tuned.limits(), ca, goodPort, plainPort));
  }

  private <T extends AutoCloseable> T keep(T opened) {
    open.add(opened);
    return opened;
  }

  /// Accepts nobody: its queue is filled until the kernel answers no more.
  private ServerSocket full() throws IOException {
    var server = keep(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    try {
      while (true) {
        keep(new Socket())
            .connect(
                new InetSocketAddress(server.getInetAddress(), server.getLocalPort()),
                (int) SHORT.toMillis());
      }
    } catch (SocketTimeoutException _) {
      return server;
    }
  }

  private RawAgent.Answer call(DataPlane proxy) throws IOException {
    return keep(proxy.agent()).send(plain("GET", plain.port(), "")).answer();
  }

  private static String plain(String method, int port, String fields) {
    var authority = DataPlane.PLAIN + ":" + port;
    return method
        + " http://"
        + authority
        + "/v1/x HTTP/1.1\r\nHost: "
        + authority
        + "\r\n"
        + fields
        + "\r\n";
  }

  private static String get(ServerSocket at) {
    return tunnelled(at.getLocalPort());
  }

  private static String tunnelled(int port) {
    return "GET /v1/x HTTP/1.1\r\nHost: " + DataPlane.GOOD + ":" + port + "\r\n\r\n";
  }

  private static void until(DataPlane proxy, java.util.concurrent.Callable<Boolean> holds) {
    Await.until(
        "on the loop",
        () -> {
          try {
            return proxy.onLoop(holds);
          } catch (InterruptedException | ExecutionException failed) {
            throw new AssertionError(failed);
          }
        });
  }
}
