package dev.ambit.proxy.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.testing.Tuned;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes to an upstream and what comes back, whatever the upstream does.
class HttpRelayTest {
  private static final String EVIL = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  private static final Duration HOUR = Duration.ofHours(1);

  private CertificateAuthority ca;
  private StubUpstream good;
  private StubUpstream plain;
  private DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    ca = DataPlane.upstreamCa();
    good = StubUpstream.tls(ca, valid(), DataPlane.GOOD);
    plain = StubUpstream.plain();
    proxy = new DataPlane(quick(), ca, good.port(), plain.port());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    good.close();
    plain.close();
  }

  @Test
  void a018SendsNothingToAnUpstreamWithTheWrongCertificate() throws Exception {
    var now = InstantSource.system().instant();
    var stranger = DataPlane.upstreamCa();
    var expired = new Validity(now.minus(HOUR.multipliedBy(2)), now.minus(HOUR));
    try (var wrongName = StubUpstream.tls(ca, valid(), "evil.test");
        var old = StubUpstream.tls(ca, expired, DataPlane.GOOD);
        var unknown = StubUpstream.tls(stranger, valid(), DataPlane.GOOD)) {
      for (var upstream : List.of(wrongName, old, unknown)) {
        try (var other = new DataPlane(quick(), ca, upstream.port(), 1)) {
          refusesTls(other, upstream);
        }
      }
    }
  }

  @Test
  void a019SendsNothingToAnUpstreamThatThePodCaVouchesFor() throws Exception {
    try (var first = new DataPlane(quick(), ca, 1, 1)) {
      var pod = first.podAuthority();
      try (var upstream = StubUpstream.tls(pod, valid(), DataPlane.GOOD);
          var other = new DataPlane(quick(), pod, upstream.port(), 1, Set.of(pod.certificate()))) {
        refusesTls(other, upstream);
      }
    }
  }

  @Test
  void injectsTheCredentialLastAndOnce() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      get(agent, "/v1/x", "Authorization: a\r\naUTHORIZATION: b\r\n");
    }
    var head = good.heads.getFirst();
    assertThat(head).endsWith("\r\nauthorization: Bearer " + DataPlane.CANARY + "\r\n\r\n");
    assertThat(head.toLowerCase(java.util.Locale.ROOT).split("\r\nauthorization:", -1)).hasSize(2);
    assertThat(head).contains("\r\nAccept-Encoding: identity\r\n").doesNotContain("Via");
  }

  @Test
  void a093CannotHaveTheInjectedCredentialOrHostRemoved() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      var answer = get(agent, "/v1/x", "Connection: Authorization, Host, close\r\n");
      assertThat(answer.status()).isEqualTo(200);
    }
    assertThat(good.heads.getFirst())
        .contains("\r\nHost: " + DataPlane.GOOD + ":" + good.port() + "\r\n")
        .contains("\r\nauthorization: Bearer " + DataPlane.CANARY + "\r\n");
  }

  @Test
  void a089PassesNoChunkExtensionOfAnUpstreamOn() throws Exception {
    for (var odd :
        List.of(
            "5;a=b\r\nhello\r\n0\r\n\r\n",
            "5;a=\"x\"\r\nhello\r\n0;z\r\n\r\n",
            "5;a=b\nhello\r\n0\r\n\r\n",
            "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
            "5\nhello\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n")) {
      plain.script =
          with -> {
            var _ = with.request();
            with.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + odd);
            var _ = with.in.read();
          };
      var answer = call("GET", "/v1/x", "");
      // Framed anew: what Netty understands arrives without the extension, the rest not whole.
      assertThat(answer.status() == 502 || !answer.whole() || answer.body().equals("hello"))
          .as(odd.replace("\r", "\\r").replace("\n", "\\n") + " -> " + answer)
          .isTrue();
    }
  }

  @Test
  void a123FollowsNoRedirect() throws Exception {
    plain.script =
        with -> {
          while (!with.request().isEmpty()) {
            with.answer(
                "HTTP/1.1 302 Found\r\nLocation: http://evil.test/\r\nContent-Length: 0\r\n\r\n");
          }
        };
    var answer = call("GET", "/v1/x", "");
    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.head()).contains("Location: http://evil.test/");
    assertThat(plain.heads).hasSize(1);
  }

  @Test
  void a150AnswersBadGatewayToWhatIsNoValidAnswer() throws Exception {
    for (var odd :
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 99 Odd\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
            "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: " + "a".repeat(33_000) + "\r\nContent-Length: 0\r\n\r\n",
            "nonsense\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20) + "HTTP/1.1 200 OK\r\n\r\n")) {
      plain.script =
          with -> {
            with.request();
            with.answer(odd);
            with.in.read();
          };
      var answer = call("GET", "/v1/x", "");
      assertThat(answer.status()).as(odd.substring(0, Math.min(80, odd.length()))).isEqualTo(502);
      assertThat(answer.body()).contains("upstream_failed");
    }
    assertThat(proxy.onLoop(proxy.relay::pooled)).isZero();
  }

  @Test
  void a150LetsNothingBleedIntoTheNextCall() throws Exception {
    plain.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + EVIL);
          with.in.read();
        };
    for (int i = 0; i < 5; i++) {
      assertThat(call("GET", "/v1/x", "").body()).isEqualTo("ok");
    }
    assertThat(plain.connections).hasValue(5);
  }

  @Test
  void a096TreatsA204AndAnAnswerToHeadAsBodiless() throws Exception {
    plain.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
          with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
          with.request();
          with.answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
          with.in.read();
        };
    try (var agent = proxy.agent()) {
      assertThat(agent.send(request("GET", "/v1/x", "")).answer(true).head())
          .startsWith("HTTP/1.1 204")
          .doesNotContain("Content-Length");
      assertThat(agent.send(request("HEAD", "/v1/x", "")).answer(true).head())
          .contains("Content-Length: 5");
      assertThat(agent.send(request("GET", "/v1/x", "")).answer(true).head())
          .startsWith("HTTP/1.1 304");
    }
    assertThat(plain.connections).hasValue(1);
  }

  @Test
  void stripsWhatConcernsOnlyTheUpstreamConnection() throws Exception {
    plain.script =
        with -> {
          with.request();
          with.answer(
              String.join(
                  "\r\n",
                  "HTTP/1.1 200 Very Fine",
                  "Date: today",
                  "Server: s",
                  "Connection: X-Hop",
                  "X-Hop: 1",
                  "Keep-Alive: 5",
                  "Proxy-Authenticate: Basic",
                  "Trailer: X-T",
                  "Upgrade: x",
                  "Transfer-Encoding: chunked",
                  "",
                  "2",
                  "ok",
                  "0",
                  "X-T: secret",
                  "",
                  ""));
          with.in.read();
        };
    var answer = call("GET", "/v1/x", "");
    assertThat(answer.whole()).isTrue();
    assertThat(answer.body()).isEqualTo("ok");
    assertThat(answer.head())
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("Date: today", "Server: s")
        .doesNotContain("X-Hop", "Keep-Alive", "Proxy-Authenticate", "Trailer", "Upgrade");
  }

  @Test
  void cutsAnAnswerThatTheUpstreamBreaksOff() throws Exception {
    for (var broken :
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\nzz\r\n")) {
      plain.script =
          with -> {
            with.request();
            with.answer(broken);
          };
      var answer = call("GET", "/v1/x", "");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.whole()).isFalse();
      assertThat(answer.body()).isEqualTo("only this");
    }
    var end = proxy.log.entry(3).end();
    assertThat(end).isInstanceOf(CallEnd.Completed.class);
    assertThat(end).asString().contains("UPSTREAM_FAILED").contains("receive");
  }

  @Test
  void passesAnAnswerThatEndsWithItsConnection() throws Exception {
    plain.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 200 OK\r\n\r\nuntil the end");
        };
    var answer = call("GET", "/v1/x", "");
    assertThat(answer.body()).isEqualTo("until the end");
    assertThat(answer.whole()).isTrue();
  }

  @Test
  void f09AnswersBadGatewayWhenTheUpstreamResetsAndRepeatsNothing() throws Exception {
    plain.script =
        with -> {
          with.head();
          with.socket.setSoLinger(true, 0);
        };
    assertThat(call("POST", "/v1/x", "hello").status()).isEqualTo(502);
    assertThat(call("GET", "/v1/x", "").status()).isEqualTo(502);
    assertThat(plain.heads).hasSize(2);
  }

  @Test
  void repeatsAnIdempotentCallOnAConnectionThatWasClosedWhileIdle() throws Exception {
    var rounds = new AtomicInteger();
    plain.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          if (rounds.incrementAndGet() == 1) {
            // Reads the next request and closes without a byte.
            with.head();
            with.socket.setSoLinger(true, 0);
          } else {
            with.answerAll();
          }
        };
    try (var agent = proxy.agent()) {
      assertThat(agent.send(request("GET", "/v1/x", "")).answer().status()).isEqualTo(200);
      assertThat(agent.send(request("GET", "/v1/x", "")).answer().status()).isEqualTo(200);
    }
    assertThat(plain.connections).hasValue(2);
  }

  @Test
  void neverRepeatsAPost() throws Exception {
    plain.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          with.head();
          with.socket.setSoLinger(true, 0);
        };
    try (var agent = proxy.agent()) {
      assertThat(agent.send(request("POST", "/v1/x", "a")).answer().status()).isEqualTo(200);
      assertThat(agent.send(request("POST", "/v1/x", "b")).answer().status()).isEqualTo(502);
    }
    assertThat(plain.connections).hasValue(1);
  }

  @Test
  void answersGatewayTimeoutWhenTheUpstreamStalls() throws Exception {
    plain.script =
        with -> {
          with.request();
          with.in.read();
        };
    var answer = call("GET", "/v1/x", "");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.body()).contains("receive");
  }

  @Test
  void answersBadGatewayWhenNobodyListens() throws Exception {
    plain.close();
    var answer = call("GET", "/v1/x", "");
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.body()).contains("connect");
  }

  @Test
  void f11DialsNoMoreAndWaitsForNobodyWhereTheHandshakeFailsAgainAndAgain() throws Exception {
    try (var wrong = StubUpstream.tls(ca, valid(), "evil.test");
        var other = new DataPlane(quick(), ca, wrong.port(), 1)) {
      for (var i = 0; i < Circuits.FAILURES_MAX; i++) {
        assertThat(failure(other, wrong)).contains("did not prove").doesNotContain("left alone");
      }
      assertThat(failure(other, wrong)).contains("left alone for 1 s");
      assertThat(wrong.connections).hasValue(Circuits.FAILURES_MAX);
      other.later = Circuits.OPEN_MIN;
      assertThat(failure(other, wrong)).contains("did not prove").doesNotContain("left alone");
      assertThat(failure(other, wrong)).contains("left alone for 2 s");
      assertThat(wrong.connections).hasValue(Circuits.FAILURES_MAX + 1);
    }
  }

  private static String failure(DataPlane proxy, StubUpstream upstream) throws Exception {
    try (var agent = proxy.inTunnel(upstream.port())) {
      var host = DataPlane.GOOD + ":" + upstream.port();
      var answer = agent.send("GET /v1/x HTTP/1.1\r\nHost: " + host + "\r\n\r\n").answer();
      assertThat(answer.status()).isEqualTo(502);
      return answer.body();
    }
  }

  @Test
  void passesEachEventAsItComes() throws Exception {
    var read = new java.util.concurrent.SynchronousQueue<Integer>();
    good.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
          for (int i = 0; i < 5; i++) {
            with.answer("data: " + i + "\n\n");
            await(read, i);
          }
        };
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send(
          request("GET", "/v1/x", "")
              .replace("http://" + DataPlane.PLAIN + ":" + plain.port(), "")
              .replace(DataPlane.PLAIN + ":" + plain.port(), DataPlane.GOOD + ":" + good.port()));
      var seen = new StringBuilder();
      for (int i = 0; i < 5; i++) {
        while (seen.indexOf("data: " + i + "\n\n") < 0) {
          int b = agent.in.read();
          assertThat(b).isNotNegative();
          seen.append((char) b);
        }
        assertThat(read.offer(i, 10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void a164CutsAStreamAndItsUpstreamWhenTheSessionEnds() throws Exception {
    cutsAStream(proxy::endSession);
  }

  @Test
  void cutsAStreamAndItsUpstreamWhenTheSessionIsSuspended() throws Exception {
    cutsAStream(proxy::suspendSession);
    assertThat(call("GET", "/v1/x", "").reason()).isEqualTo("session_suspended");
  }

  @Test
  void a164ClosesIdleConnectionsOfAnEndedSession() throws Exception {
    assertThat(call("GET", "/v1/x", "").status()).isEqualTo(200);
    awaitPooled(1);
    proxy.endSession();
    assertThat(proxy.onLoop(proxy.relay::pooled)).isZero();
    assertThat(call("GET", "/v1/x", "").reason()).isEqualTo("session_ended");
  }

  @Test
  void leavesTheUpstreamWhenTheAgentLeaves() throws Exception {
    var gone = new CountDownLatch(1);
    plain.script =
        with -> {
          with.request();
          try {
            with.in.read();
          } finally {
            gone.countDown();
          }
        };
    try (var agent = proxy.agent()) {
      agent.send(request("GET", "/v1/x", ""));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (plain.heads.isEmpty() && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
    }
    assertThat(gone.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(proxy.log.entry(1).end()).asString().contains("AGENT_GONE");
  }

  @Test
  void sendsNothingWhenTheIntentIsNotDurable() throws Exception {
    proxy.durable = false;
    var answer = call("GET", "/v1/x", "");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.reason()).isEqualTo("audit_unavailable");
    assertThat(plain.connections).hasValue(0);
  }

  @Test
  void keepsNoMoreIdleConnectionsThanItsBound() throws Exception {
    var agents = new java.util.ArrayList<RawAgent>();
    var all = new CountDownLatch(6);
    plain.script =
        with -> {
          with.request();
          all.countDown();
          try {
            var _ = all.await(10, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          with.answerAll();
        };
    for (int i = 0; i < 6; i++) {
      agents.add(proxy.agent().send(request("GET", "/v1/x", "")));
    }
    for (var agent : agents) {
      assertThat(agent.answer().status()).isEqualTo(200);
      agent.close();
    }
    awaitPooled(quick().pooledPerKey());
  }

  private void cutsAStream(Ending ending) throws Exception {
    var gone = new CountDownLatch(1);
    good.script =
        with -> {
          with.request();
          with.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
          try {
            with.in.read();
          } finally {
            gone.countDown();
          }
        };
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send("GET /v1/x HTTP/1.1\r\nHost: " + DataPlane.GOOD + ":" + good.port() + "\r\n\r\n");
      var seen = new StringBuilder();
      while (seen.indexOf("first") < 0) {
        seen.append((char) agent.in.read());
      }
      long from = System.nanoTime();
      ending.come();
      assertThat(gone.await(1, TimeUnit.SECONDS)).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(1));
      var rest = new StringBuilder();
      for (int b = agent.in.read(); b >= 0; b = agent.in.read()) {
        rest.append((char) b);
      }
      assertThat(rest).doesNotContain("0\r\n\r\n");
    }
    assertThat(proxy.log.entry(1).end()).asString().contains("CUT");
    assertThat(proxy.onLoop(proxy.relay::exchanges)).isZero();
  }

  private interface Ending {
    void come() throws Exception;
  }

  private void awaitPooled(int wanted) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (proxy.onLoop(proxy.relay::pooled) != wanted && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(proxy.onLoop(proxy.relay::pooled)).isEqualTo(wanted);
  }

  private void refusesTls(DataPlane other, StubUpstream upstream) throws Exception {
    try (var agent = other.inTunnel(upstream.port())) {
      var answer =
          agent
              .send(
                  "GET /v1/x HTTP/1.1\r\nHost: "
                      + DataPlane.GOOD
                      + ":"
                      + upstream.port()
                      + "\r\n\r\n")
              .answer();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.body()).contains("upstream_failed", "\"stage\":\"tls\"");
    }
    assertThat(upstream.bytes()).isEmpty();
    assertThat(other.log.entry(1).end()).asString().contains("UPSTREAM_FAILED").contains("tls");
  }

  private RawAgent.Answer get(RawAgent agent, String path, String fields) throws IOException {
    return agent
        .send(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: "
                + DataPlane.GOOD
                + ":"
                + good.port()
                + "\r\n"
                + fields
                + "\r\n")
        .answer();
  }

  private RawAgent.Answer call(String method, String path, String body) throws IOException {
    try (var agent = proxy.agent()) {
      return agent.send(request(method, path, body)).answer(method.equals("HEAD"));
    }
  }

  private String request(String method, String path, String body) {
    var authority = DataPlane.PLAIN + ":" + plain.port();
    var length =
        body.isEmpty() ? "" : "Content-Length: " + body.getBytes(ISO_8859_1).length + "\r\n";
    return method
        + " http://"
        + authority
        + path
        + " HTTP/1.1\r\nHost: "
        + authority
        + "\r\n"
        + length
        + "\r\n"
        + body;
  }

  private static void await(java.util.concurrent.SynchronousQueue<Integer> read, int wanted)
      throws IOException {
    try {
      var got = read.poll(10, TimeUnit.SECONDS);
      if (got == null || got != wanted) {
        throw new IOException("the event did not arrive");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static Validity valid() {
    return Validity.from(InstantSource.system().instant(), HOUR);
  }

  private static Limits quick() {
    var tuned = new Tuned();
    tuned.connectWait = Duration.ofSeconds(2);
    tuned.answerWait = Duration.ofMillis(1_500);
    tuned.bodyIdle = Duration.ofSeconds(3);
    tuned.pooledPerKey = 4;
    return tuned.limits();
  }
}
