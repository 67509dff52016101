package dev.ambit.proxy.relay;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.Http2Peer;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.testing.Tuned;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// One upstream that speaks HTTP/2 and HTTP/1.1, and the data plane before it.
abstract class Http2Test {
  CertificateAuthority ca;
  StubUpstream good;
  DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    ca = DataPlane.upstreamCa();
    good = upstream("h2", "http/1.1");
    good.script = StubUpstream.Conversation::answerAllHttp2;
    proxy = new DataPlane(quick(), ca, good.port(), 1);
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    good.close();
  }

  /// What was sent before has been decoded when a ping is answered.
  static void heard(Http2Peer agent) throws IOException {
    agent.frame(Http2Peer.PING, 0, 0, new byte[8]);
    while (true) {
      var frame = Objects.requireNonNull(agent.read());
      if (frame.type() == Http2Peer.PING && frame.has(Http2Peer.ACK)) {
        return;
      }
    }
  }

  private StubUpstream upstream(String... protocols) throws Exception {
    return StubUpstream.tls(
            ca,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            DataPlane.GOOD)
        .alpn(protocols);
  }

  CallEnd ended(int entry) throws InterruptedException {
    return Objects.requireNonNull(proxy.log.entry(entry).end());
  }

  int get(Http2Peer agent, String path) throws IOException {
    return agent.request("GET", authority(), path, true);
  }

  String authority() {
    return DataPlane.GOOD + ":" + good.port();
  }

  private static Limits quick() {
    var tuned = new Tuned();
    tuned.answerWait = Duration.ofSeconds(5);
    return tuned.limits();
  }

  static void hold(CountDownLatch until) throws IOException {
    try {
      until.await();
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }
}
