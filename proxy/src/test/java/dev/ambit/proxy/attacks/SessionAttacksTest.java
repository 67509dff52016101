package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
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
                    Scheme.HTTP,
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
  @ValueSource(strings = {"rotates", "agent gone", "expires"})
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
      if (!what.equals("rotates")) {
        site.startIdentities();
      }
      awaitReady();
    }
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
    Await.until(
        "lease",
        () -> {
          try {
            var lease = LEASE.matcher(site.page("/metrics"));
            return lease.find() && Double.parseDouble(lease.group(1)) > 0;
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
