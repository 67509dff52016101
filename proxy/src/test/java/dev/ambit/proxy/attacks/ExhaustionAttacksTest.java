package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.re2j.Pattern;
import dev.ambit.envelope.Axes;
import dev.ambit.envelope.BodyRule;
import dev.ambit.envelope.Constraint;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.8: nothing that one agent or upstream does takes more than its bound.
class ExhaustionAttacksTest extends AttackTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CONNECTIONS_MAX = 1_024;
  private static final int CALLS = 1_000_000;

  @Override
  String[] machine() {
    return new String[] {
      "-D" + AttackedProxyMain.BODY_WAIT + "=3000", "-Dio.netty.leakDetection.level=simple"
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"headers", "body", "handshake", "response", "connections"})
  void a146EndsWhatIsSlowAndTakesNoMoreConnectionsThanItsBound(String what) throws Exception {
    switch (what) {
      case "headers" -> {
        var agent = site.agent().patient(PATIENCE).send("GET http://" + site.rawHost());
        malformedOrClosed(agent);
      }
      case "body" -> {
        site.expect("");
        var agent = site.insideGood().patient(PATIENCE);
        agent.send(
            "POST /v1/items/7 HTTP/1.1\r\nHost: "
                + site.goodHost()
                + "\r\nContent-Length: 1000\r\n\r\nbegun");
        assertThat(agent.answer().status()).isEqualTo(400);
        assertThat(agent.closed()).isTrue();
        Await.until("dropped", () -> site.good.ended.get() == 1);
      }
      case "handshake" -> {
        // No call was made yet, so there is none to record.
        var agent = site.tunnel(site.goodHost()).patient(PATIENCE).send("\u0016\u0003\u0001");
        assertThat(agent.closed()).isTrue();
      }
      case "response" -> {
        site.rawMayBeReached();
        site.expect("");
        var gone = new CountDownLatch(1);
        site.raw.script =
            with -> {
              var _ = with.request();
              try {
                with.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
                while (true) {
                  with.answer("x".repeat(64 * 1_024));
                }
              } catch (IOException _) {
                gone.countDown();
              }
            };
        var _ = site.agent().send(get("http://" + site.rawHost() + "/v1/x", site.rawHost()));
        assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
      }
      default -> {
        var open = new ArrayList<RawAgent>();
        for (int i = 0; i < 5_000; i++) {
          var agent = site.agent();
          open.add(agent);
          if (i >= CONNECTIONS_MAX) {
            assertThat(agent.closed()).isTrue();
            agent.leave();
          }
        }
        site.awaitHealth(503);
        for (var agent : open) {
          agent.leave();
        }
        site.awaitHealth(200);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"claims 16 MiB", "a byte in each record", "unknown names"})
  void a148KeepsNothingOfAHelloThatIsNotOne(String what) throws Exception {
    switch (what) {
      case "claims 16 MiB" -> {
        for (int i = 0; i < 10_000; i++) {
          var agent = site.tunnel(site.goodHost());
          agent.send("\u0016\u0003\u0001\u0000\u0004\u0001\u00ff\u00ff\u00ff");
          site.expect("malformed");
          drained(agent);
        }
      }
      case "a byte in each record" -> {
        site.expect("malformed");
        var hello = Hello.message(Hello.serverNames(Site.GOOD));
        var agent = site.tunnel(site.goodHost());
        try {
          for (int i = 0; i < hello.length(); i++) {
            agent.send(Hello.record(hello.substring(i, i + 1)));
          }
        } catch (IOException _) {
          // Closed in the middle.
        }
        drained(agent);
      }
      default -> {
        for (int i = 0; i < 50_000; i++) {
          var name = "n" + i + ".evil.test:443";
          try (var agent = RawAgent.connect(site.address)) {
            agent.send("CONNECT " + name + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n");
            denied(agent.answer(), 403, "target_unknown");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"32769 bytes", "10000 fields", "5000 of method", "1 MB of cookie"})
  void a149RefusesHeadsBeyondTheirBound(String what) throws Exception {
    var target = "http://" + site.rawHost() + "/v1/x";
    var host = "Host: " + site.rawHost() + "\r\n";
    var bytes =
        switch (what) {
          case "32769 bytes" -> {
            var rest = "GET " + target + " HTTP/1.1\r\n" + host + "X: \r\n\r\n";
            yield "GET "
                + target
                + " HTTP/1.1\r\n"
                + host
                + "X: "
                + "a".repeat(32_769 - rest.length())
                + "\r\n\r\n";
          }
          case "10000 fields" ->
              "GET " + target + " HTTP/1.1\r\n" + host + "X: 1\r\n".repeat(10_000) + "\r\n";
          case "5000 of method" ->
              "G".repeat(5_000) + " " + target + " HTTP/1.1\r\n" + host + "\r\n";
          default ->
              "GET "
                  + target
                  + " HTTP/1.1\r\n"
                  + host
                  + "Cookie: a="
                  + "b".repeat(1_000_000)
                  + "\r\n\r\n";
        };
    var agent = site.agent().send(bytes);
    var answer = agent.answer();
    assertThat(answer.status()).as(answer.toString()).isIn(431, 400);
    site.expect(answer.status() == 431 ? "limit_exceeded" : "malformed");
    assertThat(answer.reason()).isEqualTo(answer.status() == 431 ? "limit_exceeded" : "malformed");
    assertThat(agent.closed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1xx flood",
        "10000 fields",
        "endless chunk line",
        "too short",
        "too long",
        "two lengths",
        "two responses"
      })
  void a150LetsNothingOfAMaliciousServerThrough(String what) throws Exception {
    var ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    var said =
        switch (what) {
          case "1xx flood" -> "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100_000) + ok;
          case "10000 fields" ->
              "HTTP/1.1 200 OK\r\n" + "X: 1\r\n".repeat(10_000) + "Content-Length: 2\r\n\r\nok";
          case "endless chunk line" ->
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + "x".repeat(1_000_000);
          case "too short" -> "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + "evil".repeat(9);
          case "too long" -> "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok";
          case "two lengths" ->
              lines("HTTP/1.1 200 OK", "Content-Length: 2", "Transfer-Encoding: chunked", "")
                  + lines("2", "ok", "0", "");
          default -> ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        };
    site.hostile.script =
        with -> {
          var _ = with.request();
          try {
            with.answer(said);
          } catch (IOException _) {
            // Not read to its end.
          }
          if (!what.equals("too long")) {
            var _ = with.in.read();
          }
        };
    var host = Site.HOSTILE + ":" + site.hostile.port();
    var call = get("http://" + host + "/v1/x", host);
    site.expect("");
    var answer = site.ask(call);
    switch (what) {
      case "too short", "two responses" -> {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok");
      }
      case "too long", "endless chunk line" -> assertThat(answer.whole()).isFalse();
      default -> {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
        assertThat(answer.body()).contains("upstream_failed");
      }
    }
    Await.until("connection thrown away", () -> site.hostile.ended.get() == 1);
    site.hostile.script = StubUpstream.Conversation::answerAll;
    var next = site.ask(call);
    granted(next);
    assertThat(next.body()).isEqualTo("ok");
    assertThat(site.hostile.connections).hasValue(2);
  }

  @Test
  void a153CountsDeniedCallsExactlyInFewRecords() throws Exception {
    var call = get("http://" + site.rawHost() + "/v2/x", site.rawHost());
    var first = site.ask(call);
    denied(first, 403, "path_not_granted");
    site.expectMany(CALLS - 1, "path_not_granted");
    int before = site.logged().size();
    // What is said is the same each time, so that its bytes need only be counted.
    long left = (CALLS - 1L) * (first.head().length() + first.body().length());
    try (var agent = RawAgent.connect(site.address).patient(PATIENCE)) {
      var sender = Thread.ofVirtual().start(() -> sendAll(agent, call));
      var buffer = new byte[1 << 16];
      while (left > 0) {
        int n = agent.in.read(buffer, 0, (int) Math.min(left, buffer.length));
        assertThat(n).isPositive();
        left -= n;
      }
      sender.join();
    }
    Await.until("counted", PATIENCE, () -> site.counted() == CALLS);
    assertThat(site.plane.records.size()).isLessThan(5_000);
    assertThat(site.logged().size() - before).isLessThan(10_000);
  }

  private static void sendAll(RawAgent agent, String call) {
    var hundred = call.repeat(100);
    try {
      for (int i = 0; i < (CALLS - 1) / 100; i++) {
        agent.send(hundred);
      }
      agent.send(call.repeat((CALLS - 1) % 100));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pattern", "10000 grants", "1 MB"})
  void a154TakesNoEnvelopeBeyondItsBoundAndMatchesInLinearTime(String what) throws Exception {
    if (what.equals("pattern")) {
      var worst =
          new Constraint(
              false,
              List.of(),
              null,
              null,
              null,
              OptionalInt.empty(),
              OptionalInt.empty(),
              Pattern.compile("(x+x+)+y"));
      var axes = new Axes(null, new TreeMap<>(Map.of("x-long", worst)), null, null, false);
      site.open(site.blank().asking("raw", Site.RAW, site.raw.port(), axes, "/v1/**"));
      var began = System.nanoTime();
      denied(
          site.ask(
              get(
                  "http://" + site.rawHost() + "/v1/x",
                  site.rawHost(),
                  "X-Long: " + "x".repeat(8_000) + "\r\n")),
          403,
          "header_not_granted");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
      return;
    }
    var strange = site.strange();
    var text = new String(EnvelopeCodec.encode(strange), UTF_8);
    var grants = text.indexOf("\"grants\":[") + 10;
    var bytes =
        (what.equals("1 MB")
                ? text.replace("\"items\"", "\"" + "i".repeat(1_000_000) + "\"")
                : text.substring(0, grants)
                    + String.join(",", Collections.nCopies(10_000, "{}"))
                    + ","
                    + text.substring(grants))
            .getBytes(UTF_8);
    site.plane.claim(
        site.plane.image(site.session()).toBuilder()
            .setSessionId(strange.session().value())
            .setVersion(site.plane.version() + 1)
            .setEnvelope(ByteString.copyFrom(bytes))
            .setEnvelopeDigest(ByteString.copyFrom(EnvelopeCodec.digest(bytes)))
            .build());
    site.awaitImage();
    assertThat(site.logged()).anyMatch(line -> line.contains("session refused"));
    granted(site.insideGood().send(get("/v1/items/7", site.goodHost())).answer());
    site.plane.end(strange.session(), CloseReason.CLOSE_REASON_COMPLETED);
  }

  @Test
  void a155LooksUpNoMoreNamesOfASessionThanItsQuota() throws Exception {
    site.open(
        site.blank()
            .bare(
                "any",
                Protocol.HTTP,
                "*.good.test",
                site.raw.port(),
                new UpstreamRoots.SystemRoots(),
                "/v1/**"));
    site.rawMayBeReached();
    int looked = site.dns.queries.size();
    int reached = 0;
    var agent = site.agent().patient(PATIENCE);
    for (int i = 0; i < 10_000; i++) {
      var host = "n" + i + ".good.test:" + site.raw.port();
      var answer = agent.send(get("http://" + host + "/v1/x", host)).answer();
      if (answer.status() == 200) {
        granted(answer);
        reached++;
      } else {
        denied(answer, 429, "rate_limited");
      }
    }
    assertThat(reached).isBetween(256, 2_560);
    assertThat(site.dns.queries.size() - looked).isLessThanOrEqualTo(4 * reached);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a body too large", "many bodies at once", "a body that nobody asks for"})
  void a157HoldsNoBodyBeyondItsBound(String what) throws Exception {
    var amount =
        new Constraint(
            true, List.of(), null, null, null, OptionalInt.empty(), OptionalInt.empty(), null);
    var body = new BodyRule(new TreeMap<>(Map.of("/note", amount)), false);
    var axes = new Axes(null, null, body, null, false);
    site.open(
        site.blank()
            .bare(
                "raw",
                Protocol.HTTP,
                Site.RAW,
                site.raw.port(),
                new UpstreamRoots.SystemRoots(),
                "/v1/**")
            .asking("hostile", Site.HOSTILE, site.hostile.port(), axes, "/v1/**"));
    switch (what) {
      case "a body too large" -> {
        var agent = site.agent();
        agent.send(post(Site.HOSTILE, site.hostile.port(), 1 << 30));
        denied(agent.answer(), 413, "limit_exceeded");
      }
      case "many bodies at once" -> {
        var agents = new ArrayList<RawAgent>();
        for (int i = 0; i < 64; i++) {
          agents.add(site.agent().send(post(Site.HOSTILE, site.hostile.port(), 200_000)));
        }
        int held = 0;
        var text = "{\"note\":\"" + "x".repeat(200_000 - 11) + "\"}";
        for (var agent : agents) {
          try {
            agent.send(text);
          } catch (IOException _) {
            // Refused and closed already.
          }
        }
        for (var agent : agents) {
          var answer = agent.answer();
          if (answer.status() == 200) {
            granted(answer);
            held++;
          } else {
            denied(answer, 413, "limit_exceeded");
          }
        }
        assertThat(held).isGreaterThanOrEqualTo(32);
      }
      default -> {
        site.rawMayBeReached();
        site.received(1);
        var agent = site.agent().patient(PATIENCE);
        agent.send(post(Site.RAW, site.raw.port(), 300 << 20));
        var block = new byte[1 << 20];
        for (int i = 0; i < 300; i++) {
          agent.out.write(block);
        }
        granted(agent.answer());
        site.received(-1);
      }
    }
  }

  private static String post(String name, int port, long length) {
    var host = name + ":" + port;
    return "POST http://"
        + host
        + "/v1/x HTTP/1.1\r\nHost: "
        + host
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  /// Whatever still comes, up to the end of the connection.
  private static void drained(RawAgent agent) throws IOException {
    while (!agent.closed()) {
      // The alert comes first.
    }
    agent.leave();
  }

  private void malformedOrClosed(RawAgent agent) throws IOException {
    var answer = agent.answer();
    if (!answer.head().isEmpty()) {
      site.expect("malformed");
      assertThat(answer.status()).isEqualTo(400);
    }
    assertThat(agent.closed()).isTrue();
  }
}
