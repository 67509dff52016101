package dev.ambit.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.Http2Peer;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.testing.Tuned;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Calls of gRPC: streams both ways, trailers, deadlines, and refusals that a client understands.
class GrpcRelayTest {
  private StubUpstream good;
  private DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    var ca = DataPlane.upstreamCa();
    good =
        StubUpstream.tls(
                ca,
                Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
                DataPlane.GOOD)
            .alpn("h2");
    good.script = GrpcRelayTest::echo;
    var tuned = new Tuned();
    tuned.bodyIdle = Duration.ofMillis(200);
    proxy = new DataPlane(tuned.limits(), ca, good.port(), 1);
    proxy.put(GrpcEnvelope.of(proxy.envelope()));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    good.close();
  }

  @Test
  void carriesMessagesBothWaysAndTheStatusBehindThem() throws Exception {
    var agent = proxy.http2(good.port());
    int stream = call(agent, "/notes.v1.Notes/Get");
    for (int i = 1; i <= 3; i++) {
      agent.data(stream, false, "ping" + i);
      assertThat(agent.body(stream, 5 * i).body()).endsWith("ping" + i);
    }
    agent.data(stream, true, "");
    var answer = agent.answer(stream);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.trailers).containsEntry("grpc-status", "0");
    assertThat(good.heads.getFirst()).contains("te=trailers", "content-type=application/grpc");
  }

  @Test
  void aStreamMayStandStillLongerThanABodyMay() throws Exception {
    var agent = proxy.http2(good.port());
    int stream = call(agent, "/notes.v1.Notes/Get");
    agent.data(stream, false, "first");
    assertThat(agent.body(stream, 5).body()).isEqualTo("first");
    java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
    agent.data(stream, true, "later");
    assertThat(agent.answer(stream).body()).isEqualTo("firstlater");
  }

  @Test
  void refusesInOneHeadWithAStatusAMessageAndTheReason() throws Exception {
    var agent = proxy.http2(good.port());
    int stream = call(agent, "/notes.v1.Notes/Delete");
    agent.data(stream, true, "x");
    var answer = agent.answer(stream);
    assertThat(answer.headOnly).isTrue();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.head)
        .containsEntry("content-type", "application/grpc")
        .containsEntry("grpc-status", "7")
        .containsEntry("grpc-message", "On target good, granted is notes.v1.Notes/Get.")
        .containsEntry("ambit-reason", "path_not_granted")
        .containsKey("ambit-decision");
    assertThat(good.connections).hasValue(0);
  }

  @Test
  void keepsARefusalOfTheUpstreamInOneHead() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          int stream = peer.nextRequest();
          peer.head(
              stream,
              true,
              ":status",
              "200",
              "content-type",
              "application/grpc",
              "grpc-status",
              "5");
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    var answer = agent.answer(call(agent, "/notes.v1.Notes/Get"));
    assertThat(answer.headOnly).isTrue();
    assertThat(answer.head).containsEntry("grpc-status", "5");
  }

  @Test
  void endsACallAtItsDeadline() throws Exception {
    good.script =
        with -> {
          var peer = with.http2();
          var _ = peer.nextRequest();
          var _ = peer.closed();
        };
    var agent = proxy.http2(good.port());
    var answer = agent.answer(call(agent, "/notes.v1.Notes/Get", "grpc-timeout", "300m"));
    assertThat(answer.head).containsEntry("grpc-status", "4");
  }

  @Test
  void refusesADeadlineThatIsNone() throws Exception {
    var agent = proxy.http2(good.port());
    var answer = agent.answer(call(agent, "/notes.v1.Notes/Get", "grpc-timeout", "soon"));
    assertThat(answer.reset).isEqualTo(Http2Peer.PROTOCOL_ERROR);
  }

  @Test
  void refusesWhatIsNoCallOfGrpc() throws Exception {
    var agent = proxy.http2(good.port());
    var answer = agent.answer(agent.request("GET", authority(), "/notes.v1.Notes/Get", true));
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.reason()).isEqualTo("protocol_not_granted");
  }

  @Test
  void speaksNoHttp1ToAnAgent() throws Exception {
    var agent = proxy.tunnel(DataPlane.GOOD, good.port());
    Assertions.assertThatThrownBy(
            () -> agent.tls(proxy.podCertificate(), DataPlane.GOOD, "http/1.1"))
        .isInstanceOf(SSLException.class);
    assertThat(proxy.log.entry(1).reason()).isEqualTo("protocol_not_granted");
  }

  @Test
  void speaksNoHttp1ToAnUpstream() throws Exception {
    good.alpn("http/1.1");
    var agent = proxy.http2(good.port());
    var answer = agent.answer(call(agent, "/notes.v1.Notes/Get"));
    assertThat(answer.head)
        .containsEntry("grpc-status", "14")
        .containsEntry("ambit-reason", "upstream_failed");
  }

  /// Answers each message with itself.
  private static void echo(StubUpstream.Conversation with) throws IOException {
    var peer = with.http2();
    int stream = peer.nextRequest();
    with.seen(peer, stream);
    peer.head(stream, false, ":status", "200", "content-type", "application/grpc");
    int sent = 0;
    while (!peer.of(stream).ended) {
      if (peer.read() == null) {
        return;
      }
      var all = peer.of(stream).body();
      if (all.length() > sent) {
        peer.data(stream, false, all.substring(sent));
        sent = all.length();
      }
    }
    peer.head(stream, true, "grpc-status", "0");
    var _ = peer.closed();
  }

  private int call(Http2Peer agent, String path, String... more) throws IOException {
    var fields = new java.util.ArrayList<>(List.of("content-type", "application/grpc"));
    fields.addAll(List.of("te", "trailers"));
    fields.addAll(List.of(more));
    return agent.request("POST", authority(), path, false, fields.toArray(String[]::new));
  }

  private String authority() {
    return DataPlane.GOOD + ":" + good.port();
  }
}
