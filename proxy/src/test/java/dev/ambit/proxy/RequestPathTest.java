package dev.ambit.proxy;

import static java.util.concurrent.CompletableFuture.completedStage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.resolve.NameServer;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A call refused at one stage has no effect of a later one (INV-10): no look-up, no credential, no
/// intent, no upstream byte.
class RequestPathTest {
  private StubUpstream plain;
  private DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    plain = StubUpstream.plain();
    proxy = new DataPlane(Limits.DEFAULT, DataPlane.upstreamCa(), 1, plain.port());
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    plain.close();
  }

  @Test
  void refusesWithoutALeaseBeforeAnythingElse() throws Exception {
    proxy.leaseHeld = false;
    refused("GET", "/v1/x", "lease_lost", 503);
    unreached();
  }

  @Test
  void refusesWithoutASessionBeforeAnythingElse() throws Exception {
    proxy.image = SessionImage.EMPTY;
    refused("GET", "/v1/x", "no_session", 403);
    unreached();
  }

  @Test
  void refusesAnUngrantedPathBeforeAnyNameIsResolved() throws Exception {
    refused("GET", "/admin", "path_not_granted", 403);
    unreached();
  }

  @Test
  void refusesAnUngrantedMethodBeforeAnyNameIsResolved() throws Exception {
    refused("PATCH", "/v1/x", "method_not_granted", 403);
    unreached();
  }

  @Test
  void refusesAForbiddenAddressBeforeACredentialIsIssued() throws Exception {
    proxy.names = answering(new byte[] {(byte) 169, (byte) 254, (byte) 169, (byte) 254});
    refused("GET", "/v1/x", "address_forbidden", 403);
    assertThat(proxy.lookups).hasValue(1);
    assertThat(proxy.issued).hasValue(0);
    assertThat(proxy.intents).hasValue(0);
    assertThat(plain.connections).hasValue(0);
  }

  @Test
  void a022DropsForbiddenAddressesOfAMixedAnswer() throws Exception {
    proxy.names =
        _ ->
            completedStage(
                List.of(
                    InetAddress.ofLiteral("169.254.169.254"),
                    InetAddress.ofLiteral("10.0.0.1"),
                    InetAddress.getLoopbackAddress()));
    refused("GET", "/v1/x", "", 200);
    assertThat(proxy.lookups).hasValue(1);
  }

  @Test
  void failsReadablyWhenTheNameCannotBeResolved() throws Exception {
    proxy.names =
        _ -> java.util.concurrent.CompletableFuture.failedStage(new java.io.IOException("no"));
    refused("GET", "/v1/x", "upstream_failed", 502);
    proxy.names = _ -> completedStage(List.of());
    refused("GET", "/v1/x", "upstream_failed", 502);
    assertThat(proxy.intents).hasValue(0);
  }

  @Test
  void answersWhatNobodyPlannedWithoutDetailAndTellsTheLog() throws Exception {
    proxy.names =
        _ -> {
          throw new IllegalStateException("secret detail");
        };
    refused("GET", "/v1/x", "internal", 500);
    assertThat(proxy.log.entry(1).end()).asString().contains("Broken");
  }

  private static NameServer answering(byte[] address) throws Exception {
    var found = List.of(InetAddress.getByAddress(address));
    return _ -> completedStage(found);
  }

  private void refused(String method, String path, String reason, int status) throws Exception {
    var authority = DataPlane.PLAIN + ":" + plain.port();
    try (var agent = proxy.agent()) {
      var answer =
          agent
              .send(
                  method
                      + " http://"
                      + authority
                      + path
                      + " HTTP/1.1\r\nHost: "
                      + authority
                      + "\r\n\r\n")
              .answer();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.reason()).isEqualTo(reason);
      assertThat(answer.body()).doesNotContain("secret");
    }
  }

  private void unreached() {
    assertThat(proxy.lookups).hasValue(0);
    assertThat(proxy.issued).hasValue(0);
    assertThat(proxy.intents).hasValue(0);
    assertThat(plain.connections).hasValue(0);
  }
}
