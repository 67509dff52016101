package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Exhausted;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proto.v1.Reserved;
import dev.ambit.proto.v1.SessionImage;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.9: nobody spends more than was given, and authority ends when it must.
class SessionAttacksTest extends AttackTest {
  private static final String ITEM = "/v1/items/7";
  private static final int AT_ONCE = 64;
  private static final int ROUNDS = 1_000;
  private static final Pattern LEASE = Pattern.compile("\nambit_lease_remaining_seconds ([0-9.]+)");

  @Override
  String[] machine() {
    return new String[] {
      "-D" + AttackedProxyMain.BODY_WAIT + "=3000", "-Dio.netty.leakDetection.level=simple"
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"retry", "unreachable", "failed", "timeout", "cancel"})
  void a162ChargesACallOnceUnlessNoByteWasSent(String what) throws Exception {
    var post =
        "POST " + ITEM + " HTTP/1.1\r\nHost: " + site.goodHost() + "\r\nContent-Length: 0\r\n\r\n";
    switch (what) {
      case "retry" -> {
        var connections = new AtomicInteger();
        site.good.script =
            with -> {
              if (connections.incrementAndGet() == 1) {
                var _ = with.request();
                with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                var _ = with.head();
              } else {
                with.answerAll();
              }
            };
        granted(site.insideGood().send(get(ITEM, site.goodHost())).answer());
        granted(site.insideGood().send(get(ITEM, site.goodHost())).answer());
        assertThat(site.good.served).hasValue(3);
        site.received(-1);
      }
      case "unreachable" -> {
        int port;
        try (var gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          port = gone.getLocalPort();
        }
        site.admit(port);
        site.open(
            site.blank()
                .bare(
                    "gone",
                    Protocol.HTTP,
                    Site.RAW,
                    port,
                    new UpstreamRoots.SystemRoots(),
                    "/v1/**"));
        var host = Site.RAW + ":" + port;
        failed(site.ask(get("http://" + host + "/v1/x", host)), 502, "connect");
      }
      case "failed" -> {
        site.good.script = StubUpstream.Conversation::request;
        failed(site.insideGood().send(post).answer(), 502, "receive");
      }
      case "timeout" -> {
        site.good.script = SessionAttacksTest::silent;
        failed(site.insideGood().send(post).answer(), 504, "receive");
      }
      default -> {
        site.good.script = SessionAttacksTest::silent;
        site.expect("");
        var agent = site.insideGood().send(post);
        Await.until("arrived", () -> site.good.served.get() == 1);
        agent.leave();
      }
    }
  }

  @Test
  void a160LetsExactlyOneOfManyCallsAtOnceHaveTheLastOfABudget() throws Exception {
    var agents = new ArrayList<RawAgent>();
    for (int i = 0; i < AT_ONCE; i++) {
      agents.add(site.insideGood());
    }
    var left = new AtomicInteger();
    site.plane.ledger =
        _ ->
            left.getAndUpdate(now -> Math.max(0, now - 1)) > 0
                ? ReserveResponse.newBuilder().setReserved(Reserved.getDefaultInstance()).build()
                : ReserveResponse.newBuilder()
                    .setExhausted(Exhausted.newBuilder().setBudget("session"))
                    .build();
    for (int round = 1; round <= ROUNDS; round++) {
      left.set(1);
      for (var agent : agents) {
        agent.send(get(ITEM, site.goodHost()));
      }
      int reached = 0;
      for (var agent : agents) {
        var answer = agent.answer();
        if (answer.status() == 200) {
          granted(answer);
          reached++;
        } else {
          denied(answer, 429, "budget_exhausted");
        }
      }
      assertThat(reached).isEqualTo(1);
      assertThat(site.good.served).hasValue(round);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"queued", "headers sent", "uploading", "streaming", "server-sent events", "idle"})
  void a164SendsNoByteOnceTheSessionHasEnded(String what) throws Exception {
    var inAnswer = new CountDownLatch(1);
    var issue = new CountDownLatch(1);
    site.good.script =
        with -> {
          var head = with.head();
          if (what.equals("idle")) {
            with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          } else if (what.startsWith("s")) {
            var type = what.equals("streaming") ? "application/json" : "text/event-stream";
            with.answer(
                "HTTP/1.1 200 OK\r\nContent-Type: "
                    + type
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
          }
          if (!head.isEmpty()) {
            inAnswer.countDown();
          }
          with.in.transferTo(OutputStream.nullOutputStream());
        };
    if (what.equals("queued")) {
      site.plane.issuer =
          request -> {
            inAnswer.countDown();
            return released(issue) ? Site.canary(request) : null;
          };
    }
    var agent = site.insideGood();
    if (what.equals("uploading")) {
      agent.send(
          "POST "
              + ITEM
              + " HTTP/1.1\r\nHost: "
              + site.goodHost()
              + "\r\nContent-Length: 1000000\r\n\r\nbegun");
    } else {
      agent.send(get(ITEM, site.goodHost()));
    }
    if (what.equals("idle")) {
      granted(agent.answer());
    } else {
      await(inAnswer);
    }
    if (what.startsWith("s")) {
      assertThat(agent.head()).startsWith("HTTP/1.1 200 ");
    }
    if (what.equals("uploading")) {
      Await.until("begun", () -> site.good.bytes().endsWith("begun"));
    }
    site.plane.end(site.session(), CloseReason.CLOSE_REASON_REVOKED);
    site.awaitImage();
    // What is acknowledged is cut: nothing can come any more.
    var received = site.good.bytes().length();
    issue.countDown();
    switch (what) {
      case "queued" -> {
        denied(agent.answer(), 403, "session_ended");
        assertThat(site.good.bytes()).isEmpty();
      }
      case "idle" -> denied(agent.send(get(ITEM, site.goodHost())).answer(), 403, "session_ended");
      case "uploading" -> {
        site.expect("");
        trickle(agent);
        assertThat(agent.answer().status()).isNotEqualTo(200);
      }
      case "headers sent" -> {
        site.expect("");
        assertThat(agent.answer().reason()).isEqualTo("session_ended");
      }
      default -> {
        site.expect("");
        assertThat(rest(agent)).isEqualTo("9\r\ndata: 1\n\n\r\n");
      }
    }
    if (!what.equals("queued")) {
      Await.until("upstream connection closed", () -> site.good.ended.get() == 1);
    }
    assertThat(site.good.bytes()).hasSize(received);
  }

  @Test
  void a164CutsAConnectionOfWhichNothingIsRead() throws Exception {
    site.rawMayBeReached();
    site.raw.script =
        with -> {
          with.answer("ready\n");
          with.in.transferTo(OutputStream.nullOutputStream());
        };
    site.open(site.blank().opaque("raw", Protocol.TCP, Site.RAW, site.raw.port()));
    var agent = site.tunnel(site.rawHost());
    site.received(1);
    site.expect("");
    assertThat(agent.in.readNBytes(6)).asString(US_ASCII).isEqualTo("ready\n");
    agent.send("begun");
    Await.until("begun", () -> site.raw.bytes().equals("begun"));
    site.plane.end(site.session(), CloseReason.CLOSE_REASON_REVOKED);
    site.awaitImage();
    assertThat(agent.closed()).isTrue();
    Await.until("upstream connection closed", () -> site.raw.ended.get() == 1);
    assertThat(site.raw.bytes()).isEqualTo("begun");
  }

  /// Everything up to the end of the connection, which says that nothing is whole.
  private static String rest(RawAgent agent) throws IOException {
    var read = new StringBuilder();
    try {
      for (int b = agent.in.read(); b >= 0; b = agent.in.read()) {
        read.append((char) b);
      }
    } catch (SocketException _) {
      // Reset: cut as well.
    }
    return read.toString();
  }

  /// Goes on sending a body, to whoever still reads.
  private static void trickle(RawAgent agent) {
    try {
      for (int i = 0; i < 100; i++) {
        agent.send("x".repeat(1_000));
      }
    } catch (IOException _) {
      // It was closed.
    }
  }

  private static boolean released(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT10M", "-PT10M", "PT40S", "PT20S"})
  void a166KeepsTheMonotonicLifetimeWhenTheWallClockSteps(String step) throws Exception {
    site.plane.put(site.current(), Duration.ofMinutes(5), new byte[0]);
    site.awaitImage();
    // Before the step: a leaf of another time is none that the agent would take.
    var agent = site.insideGood();
    try {
      site.tell("wall " + step);
      awaitLease();
      boolean skewed = Duration.parse(step).abs().compareTo(Duration.ofSeconds(30)) > 0;
      // Noticed with the next heartbeat at the latest.
      awaitHealth(skewed ? 503 : 200);
      granted(agent.send(get(ITEM, site.goodHost())).answer());
      site.tell("both PT6M");
      site.tell("wall -PT6M");
      awaitLease();
      denied(
          site.ask(get("http://" + site.rawHost() + "/v1/x", site.rawHost())),
          403,
          "session_expired");
    } finally {
      site.tell("wall " + Duration.parse(step).negated());
      awaitReady();
    }
  }

  @Test
  void a166CutsACallInTheMiddleWhenItsSessionExpires() throws Exception {
    site.good.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
          var _ = with.in.read();
        };
    var agent = site.insideGood();
    site.plane.put(site.current(), Duration.ofSeconds(2), new byte[0]);
    site.awaitImage();
    site.expect("");
    var answer = agent.send(get(ITEM, site.goodHost())).answer();
    assertThat(answer.body()).isEqualTo("first");
    assertThat(answer.whole()).isFalse();
  }

  @Test
  void a166LosesTheLeaseInSuspendAndTakesNoOlderAnswerForANewOne() throws Exception {
    var agent = site.insideGood();
    site.plane.answersHeartbeats = false;
    var streams = site.plane.hellos();
    try {
      // The monotonic clock stands still in suspend, the wall clock does not.
      site.tell("wall PT20S");
      denied(agent.send(get(ITEM, site.goodHost())).answer(), 503, "lease_lost");
      Await.until("asked anew", () -> site.plane.hellos() > streams);
    } finally {
      site.tell("wall -PT20S");
    }
    denied(agent.send(get(ITEM, site.goodHost())).answer(), 503, "lease_lost");
    site.plane.answersHeartbeats = true;
    awaitReady();
    site.awaitImage();
    granted(agent.send(get(ITEM, site.goodHost())).answer());
  }

  @Test
  void a166CountsTheTimeInSuspendForTheSessionToo() throws Exception {
    site.plane.put(site.current(), Duration.ofMinutes(5), new byte[0]);
    site.awaitImage();
    var agent = site.insideGood();
    var streams = site.plane.hellos();
    try {
      // Said again after the suspend: what is left by the clock that did not stand still.
      site.plane.remember(site.session(), Duration.ZERO);
      site.tell("wall PT6M");
      Await.until("asked anew", () -> site.plane.hellos() > streams);
      site.awaitImage();
      denied(agent.send(get(ITEM, site.goodHost())).answer(), 403, "session_expired");
    } finally {
      site.tell("wall -PT6M");
      awaitReady();
    }
  }

  @Test
  void a167DeniesAllOnceTheHandoverLeaseHasRunOut() throws Exception {
    site.open(site.zero().uncounted());
    site.rawMayBeReached();
    var raw = get("http://" + site.rawHost() + "/v1/x", site.rawHost());
    site.plane.answersHeartbeats = false;
    try {
      site.plane.handOver(Duration.ofSeconds(60));
      awaitLease(45);
      site.tell("both PT30S");
      granted(site.ask(raw));
      site.uncounted(1);
      // A first credential cannot be had while nobody is there to be asked.
      denied(
          site.insideGood().send(get(ITEM, site.goodHost())).answer(),
          503,
          "credential_unavailable");
      site.tell("both PT30S");
      denied(site.ask(raw), 503, "lease_lost");
    } finally {
      site.tell("wall -PT1M");
      site.plane.answersHeartbeats = true;
      site.plane.lease = Duration.ofSeconds(15);
      awaitReady();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"silent", "budget"})
  void a167DeniesAllOnceTheLeaseHasRunOut(String what) throws Exception {
    var agent = site.insideGood();
    if (what.equals("budget")) {
      site.plane.ledger = _ -> ReserveResponse.getDefaultInstance();
      denied(agent.send(get(ITEM, site.goodHost())).answer(), 503, "control_unavailable");
      return;
    }
    site.plane.answersHeartbeats = false;
    try {
      granted(agent.send(get(ITEM, site.goodHost())).answer());
      site.tell("both PT15S");
      denied(agent.send(get(ITEM, site.goodHost())).answer(), 503, "lease_lost");
      denied(
          site.ask(get("http://" + site.rawHost() + "/v1/x", site.rawHost())), 503, "lease_lost");
    } finally {
      site.tell("wall -PT15S");
      site.plane.answersHeartbeats = true;
      awaitReady();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "older version",
        "same version, other hash",
        "other workload",
        "digest",
        "already expired",
        "unknown restricting field"
      })
  void a168RefusesAnEnvelopeThatIsNotTheOneAndKeepsTheCurrentOne(String what) throws Exception {
    var said = said(what);
    var refused = refusals();
    site.plane.claim(said);
    site.awaitImage();
    assertThat(refusals()).isEqualTo(refused + 1);
    assertThat(site.logged()).anyMatch(line -> line.contains("session refused"));
    granted(site.insideGood().send(get(ITEM, site.goodHost())).answer());
    denied(
        site.insideGood().send(get("/v1/other", site.goodHost())).answer(),
        403,
        "path_not_granted");
    if (!what.contains("version")) {
      site.plane.end(new SessionId(said.getSessionId()), CloseReason.CLOSE_REASON_COMPLETED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "forged",
        "missing",
        "duplicated",
        "of another",
        "two on one",
        "of an earlier run"
      })
  void a170LetsNobodyInWithoutTheOneHandle(String what) throws Exception {
    site.open(site.zero().byHandle(), "run-1");
    if (what.equals("of an earlier run")) {
      site.open(site.zero().byHandle(), "run-2");
    }
    var agent = site.insideGood();
    switch (what) {
      case "forged" -> denied(call(agent, "forged"), 403, "session_ambiguous");
      case "missing" -> denied(call(agent), 403, "no_session");
      case "duplicated" -> denied(call(agent, "run-1", "run-1"), 403, "session_ambiguous");
      case "of an earlier run" -> denied(call(agent, "run-1"), 403, "session_ended");
      default -> {
        site.plane.put(site.zero().byHandle().build(), Duration.ofHours(1), Site.digest("run-2"));
        site.awaitImage();
        if (what.equals("of another")) {
          denied(call(agent, "run-1", "run-2"), 403, "session_ambiguous");
        } else {
          granted(call(agent, "run-1"));
          denied(call(agent, "run-2"), 403, "session_ambiguous");
          granted(call(agent, "run-1"));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rotates", "authority replaced", "agent gone", "expires"})
  void a173FollowsItsIdentityAndFailsClosedWhenItExpires(String what) throws Exception {
    var more = new CountDownLatch(1);
    site.good.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
          await(more);
          with.answer("other");
          with.answerAll();
        };
    var stream = site.insideGood().send(get(ITEM, site.goodHost()));
    site.expect("");
    Await.until("arrived", () -> site.good.served.get() == 1);
    switch (what) {
      case "rotates" -> site.spiffe.rotate();
      case "authority replaced" -> replaceAuthority();
      case "agent gone" -> site.stopIdentities();
      default -> {
        site.stopIdentities();
        site.tell("both PT2H");
      }
    }
    try {
      if (what.equals("expires")) {
        assertThat(stream.answer().whole()).isFalse();
        denied(
            site.ask(get("http://" + site.rawHost() + "/v1/x", site.rawHost())), 503, "lease_lost");
      } else {
        more.countDown();
        assertThat(stream.answer().body()).isEqualTo("firstother");
        granted(stream.send(get(ITEM, site.goodHost())).answer());
      }
    } finally {
      more.countDown();
      if (what.equals("expires")) {
        site.tell("wall -PT2H");
      }
      if (what.equals("agent gone") || what.equals("expires")) {
        site.startIdentities();
      }
      awaitReady();
    }
  }

  /// Each step is followed by a new stream of the proxy, which both sides authenticate anew.
  private void replaceAuthority() {
    for (var step :
        List.<Runnable>of(
            site.spiffe::prepareAuthority,
            site.spiffe::activateAuthority,
            site.spiffe::revokeOldAuthority)) {
      var hellos = site.plane.hellos();
      step.run();
      site.plane.dropStreams();
      Await.until("attached again", () -> site.plane.hellos() > hellos);
      site.awaitImage();
    }
  }

  private SessionImage said(String what) {
    var other = !what.contains("version");
    var current = site.plane.image(site.session());
    var envelope = other ? site.strange() : site.current();
    var text = new String(EnvelopeCodec.encode(envelope), UTF_8);
    var changed =
        switch (what) {
          case "other workload" -> text.replace("/sa/coder", "/sa/other");
          case "unknown restricting field" -> "{\"onlyOnSundays\":true," + text.substring(1);
          case "same version, other hash", "older version" ->
              text.replace("/v1/items/{id}", "/v1/**");
          default -> text;
        };
    var bytes = changed.getBytes(UTF_8);
    var version =
        switch (what) {
          case "older version" -> current.getVersion() - 1;
          case "same version, other hash" -> current.getVersion();
          default -> site.plane.version() + 1;
        };
    return current.toBuilder()
        .setSessionId(envelope.session().value())
        .setVersion(version)
        .setEnvelope(ByteString.copyFrom(bytes))
        .setEnvelopeDigest(
            ByteString.copyFrom(what.equals("digest") ? new byte[32] : EnvelopeCodec.digest(bytes)))
        .setExpiresIn(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(what.equals("already expired") ? 0 : 60))
        .build();
  }

  private double refusals() throws IOException {
    var page = site.page("/metrics");
    var key = "\nambit_image_refused_total ";
    int at = page.indexOf(key) + key.length();
    return Double.parseDouble(page.substring(at, page.indexOf('\n', at)));
  }

  private void failed(RawAgent.Answer answer, int status, String stage) {
    site.expect("");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.body()).contains("\"stage\":\"" + stage + "\"");
  }

  private RawAgent.Answer call(RawAgent agent, String... handles) throws IOException {
    var fields = new StringBuilder();
    for (var handle : handles) {
      fields.append("Ambit-Session: ").append(handle).append("\r\n");
    }
    return agent.send(get(ITEM, site.goodHost(), fields.toString())).answer();
  }

  private static void silent(StubUpstream.Conversation with) throws IOException {
    var _ = with.request();
    var _ = with.in.read();
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      var _ = latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  private void awaitLease() {
    awaitLease(0);
  }

  private void awaitLease(double moreThan) {
    Await.until(
        "lease",
        () -> {
          try {
            var lease = LEASE.matcher(site.page("/metrics"));
            return lease.find() && Double.parseDouble(lease.group(1)) > moreThan;
          } catch (IOException failed) {
            throw new AssertionError(failed);
          }
        });
  }

  private void awaitReady() {
    awaitHealth(200);
  }

  private void awaitHealth(int status) {
    Await.until(
        "health " + status,
        Duration.ofSeconds(40),
        () -> {
          try {
            return site.page("/readyz").startsWith("HTTP/1.1 " + status);
          } catch (IOException failed) {
            throw new AssertionError(failed);
          }
        });
  }
}
