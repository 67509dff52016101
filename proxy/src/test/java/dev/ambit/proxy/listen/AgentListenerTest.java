package dev.ambit.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.testing.Tuned;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Connections are counted, and a proxy that stops lets its calls end.
class AgentListenerTest {
  @Test
  void closesOneConnectionTooMany() throws Exception {
    try (var proxy = new DataPlane(connections(2), DataPlane.upstreamCa(), 1, 1);
        var first = proxy.agent();
        var second = proxy.agent()) {
      awaitConnections(proxy, 2);
      try (var third = proxy.agent()) {
        assertThat(third.closed()).isTrue();
      }
      first.leave();
      awaitConnections(proxy, 1);
      try (var fourth = proxy.agent()) {
        assertThat(fourth.send("x\r\n").answer().status()).isEqualTo(400);
      }
      assertThat(second).isNotNull();
    }
  }

  @Test
  void drainsCallsInFlightAndAcceptsNoMore() throws Exception {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    try (var upstream = StubUpstream.plain()) {
      upstream.script =
          with -> {
            with.request();
            asked.countDown();
            await(answer);
            with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          };
      try (var proxy = new DataPlane(Limits.DEFAULT, DataPlane.upstreamCa(), 1, upstream.port());
          var busy = proxy.agent();
          var idle = proxy.agent()) {
        var authority = DataPlane.PLAIN + ":" + upstream.port();
        busy.send("GET http://" + authority + "/v1/x HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        var drained = proxy.listener.drain(Duration.ofSeconds(20)).toCompletableFuture();
        assertThat(idle.closed()).isTrue();
        assertThat(drained).isNotDone();
        answer.countDown();
        var said = busy.answer();
        assertThat(said.status()).isEqualTo(200);
        assertThat(said.head()).contains("Connection: close");
        assertThat(busy.closed()).isTrue();
        busy.leave();
        drained.get(10, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void closesWhatIsLeftAtTheDeadline() throws Exception {
    try (var upstream = StubUpstream.plain()) {
      upstream.script =
          with -> {
            with.request();
            with.in.read();
          };
      try (var proxy = new DataPlane(Limits.DEFAULT, DataPlane.upstreamCa(), 1, upstream.port());
          var busy = proxy.agent()) {
        var authority = DataPlane.PLAIN + ":" + upstream.port();
        busy.send("GET http://" + authority + "/v1/x HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
        awaitConnections(proxy, 1);
        proxy
            .listener
            .drain(Duration.ofMillis(200))
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
        assertThat(busy.closed()).isTrue();
      }
    }
  }

  private static void awaitConnections(DataPlane proxy, int wanted) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (proxy.listener.connections() != wanted && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(proxy.listener.connections()).isEqualTo(wanted);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      var _ = latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static Limits connections(int max) {
    var tuned = new Tuned();
    tuned.connections = max;
    return tuned.limits();
  }
}
