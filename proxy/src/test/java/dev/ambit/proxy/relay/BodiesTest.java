package dev.ambit.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.model.Limits;
import dev.ambit.spiffe.x509.Validity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Bodies of any length go through in little memory, as fast as the slower side.
class BodiesTest {
  private static final long BYTES = 128L << 20;
  private static final long MEMORY_MAX = 16L << 20;

  private StubUpstream good;
  private DataPlane proxy;
  private final AtomicLong received = new AtomicLong();

  @BeforeEach
  void start() throws Exception {
    var ca = DataPlane.upstreamCa();
    good =
        StubUpstream.tls(
            ca,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            DataPlane.GOOD);
    proxy = new DataPlane(Limits.DEFAULT, ca, good.port(), 1);
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    good.close();
  }

  @Test
  void streamsALongBodyUpInLittleMemory() throws Exception {
    good.script =
        with -> {
          var _ = with.head();
          drain(with, BYTES, 0);
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        };
    long before = direct();
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send(head("POST", "Content-Length: " + BYTES + "\r\n"));
      long peak = push(agent, BYTES);
      assertThat(agent.answer().status()).isEqualTo(200);
      assertThat(peak - before).isLessThan(MEMORY_MAX);
    }
    assertThat(received).hasValue(BYTES);
  }

  @Test
  void streamsALongBodyDownInLittleMemoryToASlowReader() throws Exception {
    good.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          var piece = new byte[1 << 20];
          for (long sent = 0; sent < BYTES; sent += piece.length) {
            with.answer("100000\r\n");
            with.out.write(piece);
            with.answer("\r\n");
          }
          with.answer("0\r\n\r\n");
        };
    long before = direct();
    long peak = 0;
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send(head("GET", ""));
      var buffer = new byte[64 * 1_024];
      long seen = 0;
      int reads = 0;
      while (seen < BYTES) {
        int n = agent.in.read(buffer);
        assertThat(n).isPositive();
        seen += n;
        if (++reads % 64 == 0) {
          LockSupport.parkNanos(1_000_000);
          peak = Math.max(peak, direct());
        }
      }
    }
    assertThat(peak - before).isLessThan(MEMORY_MAX);
  }

  @Test
  void stopsReadingFromAnAgentWhenTheUpstreamStopsReading() throws Exception {
    good.script =
        with -> {
          var _ = with.head();
          drain(with, BYTES / 4, 2_000_000);
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        };
    long before = direct();
    try (var agent = proxy.inTunnel(good.port())) {
      agent.send(head("POST", "Content-Length: " + BYTES / 4 + "\r\n"));
      assertThat(push(agent, BYTES / 4) - before).isLessThan(MEMORY_MAX);
      assertThat(agent.answer().status()).isEqualTo(200);
    }
    assertThat(received).hasValue(BYTES / 4);
  }

  private void drain(StubUpstream.Conversation with, long bytes, long pauseNanos)
      throws IOException {
    var buffer = new byte[64 * 1_024];
    while (received.get() < bytes) {
      int n = with.in.read(buffer);
      if (n < 0) {
        return;
      }
      received.addAndGet(n);
      LockSupport.parkNanos(pauseNanos);
    }
  }

  private static long push(RawAgent agent, long bytes) throws IOException {
    var piece = new byte[256 * 1_024];
    long peak = 0;
    for (long sent = 0; sent < bytes; sent += piece.length) {
      agent.out.write(piece);
      peak = Math.max(peak, direct());
    }
    agent.out.flush();
    return peak;
  }

  private String head(String method, String fields) {
    return method
        + " /v1/x HTTP/1.1\r\nHost: "
        + DataPlane.GOOD
        + ":"
        + good.port()
        + "\r\n"
        + fields
        + "\r\n";
  }

  private static long direct() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }
}
