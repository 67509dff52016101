package dev.ambit.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Limits;
import dev.ambit.spiffe.x509.Validity;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An ordinary call goes through and comes back, on real sockets and real TLS.
class DataPlaneTest {
  private StubUpstream good;
  private StubUpstream plain;
  private DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    var ca = DataPlane.upstreamCa();
    good =
        StubUpstream.tls(
            ca,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            DataPlane.GOOD);
    plain = StubUpstream.plain();
    proxy = new DataPlane(Limits.DEFAULT, ca, good.port(), plain.port());
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    good.close();
    plain.close();
  }

  @Test
  void carriesCallsInATunnelWithTheCredential() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      for (int i = 0; i < 3; i++) {
        var answer =
            agent
                .send(
                    "GET /v1/items/7?a=b HTTP/1.1\r\nHost: "
                        + DataPlane.GOOD
                        + ":"
                        + good.port()
                        + "\r\nAuthorization: Bearer mine\r\nX-Note: hello\r\n\r\n")
                .answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok");
      }
    }
    assertThat(good.connections).hasValue(1);
    assertThat(good.heads).hasSize(3);
    assertThat(good.heads.getFirst())
        .startsWith("GET /v1/items/7?a=b HTTP/1.1\r\n")
        .contains("\r\nauthorization: Bearer " + DataPlane.CANARY + "\r\n")
        .contains("\r\nX-Note: hello\r\n")
        .doesNotContain("mine");
    assertThat(proxy.log.entry(3).end()).isInstanceOf(CallEnd.Completed.class);
    assertThat(proxy.log.entry(1).notes()).contains("stripped:authorization");
  }

  @Test
  void carriesPlainCallsInAbsoluteForm() throws Exception {
    var authority = DataPlane.PLAIN + ":" + plain.port();
    try (var agent = proxy.agent()) {
      var answer =
          agent
              .send(
                  "POST http://"
                      + authority
                      + "/v1/x HTTP/1.1\r\nHost: "
                      + authority
                      + "\r\nContent-Length: 5\r\n\r\nhello")
              .answer();
      assertThat(answer.status()).isEqualTo(200);
    }
    assertThat(plain.bytes()).endsWith("\r\n\r\nhello").doesNotContain(DataPlane.CANARY);
  }

  @Test
  void dialsAbsoluteHttpsWithTls() throws Exception {
    var authority = DataPlane.GOOD + ":" + good.port();
    try (var agent = proxy.agent()) {
      var answer =
          agent
              .send(
                  "GET https://" + authority + "/v1/x HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
              .answer();
      assertThat(answer.status()).isEqualTo(200);
    }
    assertThat(good.bytes()).contains(DataPlane.CANARY);
  }

  @Test
  void deniesReadably() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      var answer =
          agent
              .send(
                  "GET /admin HTTP/1.1\r\nHost: " + DataPlane.GOOD + ":" + good.port() + "\r\n\r\n")
              .answer();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.head()).contains("Content-Type: application/problem+json");
      assertThat(answer.reason()).isEqualTo("path_not_granted");
    }
    assertThat(good.connections).hasValue(0);
    assertThat(proxy.issued).hasValue(0);
    assertThat(proxy.lookups).hasValue(0);
    assertThat(proxy.log.entry(1).reason()).isEqualTo("path_not_granted");
  }
}
