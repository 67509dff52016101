package dev.ambit.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.metrics.Metrics;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.testkit.Await;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Probes and metrics can be read and nothing else.
class AdminServerTest {
  private final Transport transport = Transport.best();
  private final EventLoopGroup loops = transport.oneLoop("test-loop");
  private volatile boolean ready;
  private AdminServer admin;

  @BeforeEach
  void start() throws IOException {
    var metrics = new Metrics();
    metrics.gauge("ambit.active.sessions", () -> 3);
    admin =
        new AdminServer(
            loops,
            transport.server(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new Health(this::objection, this::objection),
            metrics::scrape);
  }

  @AfterEach
  void stop() {
    admin.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void isAliveBeforeItIsReady() throws IOException {
    assertThat(ask("GET /livez")).startsWith("HTTP/1.1 200 ");
    assertThat(ask("GET /readyz"))
        .startsWith("HTTP/1.1 503 ")
        .endsWith("\r\n\r\nwaiting for something\n");
    assertThat(ask("GET /startupz")).startsWith("HTTP/1.1 503 ");
    ready = true;
    assertThat(ask("GET /readyz")).startsWith("HTTP/1.1 200 ");
    assertThat(ask("GET /startupz")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void servesMetrics() throws IOException {
    assertThat(ask("GET /metrics"))
        .startsWith("HTTP/1.1 200 ")
        .contains("ambit_active_sessions 3.0");
  }

  @Test
  void refusesEveryOtherMethodAndPage() throws IOException {
    for (var method : new String[] {"POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"}) {
      assertThat(ask(method + " /metrics")).startsWith("HTTP/1.1 405 ");
    }
    assertThat(ask("GET /")).startsWith("HTTP/1.1 404 ");
    assertThat(ask("GET /readyz?x")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void closesConnectionsBeyondTheBoundAndServesAgainAfterwards() throws IOException {
    var open = new Socket[AdminServer.CONNECTIONS_MAX];
    for (var i = 0; i < open.length; i++) {
      open[i] = connect();
    }
    try (var oneMore = connect()) {
      assertThat(oneMore.getInputStream().read()).isEqualTo(-1);
    }
    for (var socket : open) {
      socket.close();
    }
    Await.until("serves again", this::live);
  }

  /// A connection over the bound may be reset before its answer is read.
  private boolean live() {
    try {
      return ask("GET /livez").startsWith("HTTP/1.1 200 ");
    } catch (IOException _) {
      return false;
    }
  }

  private Optional<String> objection() {
    return ready ? Optional.empty() : Optional.of("waiting for something");
  }

  private Socket connect() throws IOException {
    return new Socket(admin.address().getAddress(), admin.address().getPort());
  }

  private String ask(String line) throws IOException {
    try (var socket = connect()) {
      socket
          .getOutputStream()
          .write((line + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
