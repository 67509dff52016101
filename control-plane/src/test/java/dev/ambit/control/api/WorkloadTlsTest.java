package dev.ambit.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.control.testing.Plane;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each connection of a workload begins with a full handshake, in which its SVID is judged anew.
class WorkloadTlsTest {
  private Plane plane;
  private SSLContext context;

  @BeforeEach
  void start() throws Exception {
    plane = new Plane();
    var tls = plane.tls(Plane.OPENER);
    context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {tls.keyManager()}, new TrustManager[] {tls.trustManager()}, null);
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
  }

  @Test
  void letsNoWorkloadResumeASession() throws Exception {
    int workloads = plane.ports().workloads();
    assertThat(begun(workloads)).isLessThan(begun(workloads));
    // What the port for people does, which knows nobody by a certificate.
    int people = plane.ports().people();
    assertThat(begun(people)).isEqualTo(begun(people));
  }

  @Test
  void refusesWorkloadsThatSpeakTls12() {
    assertThatThrownBy(() -> begun(plane.ports().workloads(), "TLSv1.2"))
        .isInstanceOf(SSLException.class);
  }

  private long begun(int port) throws Exception {
    return begun(port, "TLSv1.3");
  }

  /// Makes a request on a connection of its own and returns when its session began, in ms: a
  /// resumed session began with an earlier connection.
  private long begun(int port, String protocol) throws Exception {
    try (var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket
          .getOutputStream()
          .write(
              "GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      // To the end, with the tickets that may come before the answer.
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 ");
      return socket.getSession().getCreationTime();
    }
  }
}
