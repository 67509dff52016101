package dev.ambit.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.credential.Carrier;
import dev.ambit.proxy.model.Limits;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A 401 has another credential fetched once, for a call that may be sent again; otherwise the
/// agent gets the 401 as it came.
class ReissueTest {
  private static final String NO = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 7\r\n\r\nno, no!";
  private static final String YES = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private StubUpstream upstream;
  private DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    var authority = DataPlane.upstreamCa();
    var valid = Validity.from(InstantSource.system().instant(), Duration.ofHours(1));
    upstream = StubUpstream.tls(authority, valid, DataPlane.GOOD);
    proxy = new DataPlane(Limits.DEFAULT, authority, upstream.port(), 1);
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    upstream.close();
  }

  /// Says 401 to a credential that ends so.
  private void refuses(String ending, String refusal) {
    upstream.script =
        with -> {
          for (var head = with.request(); !head.isEmpty(); head = with.request()) {
            with.answer(head.contains(ending + "\r\n") ? refusal : YES);
          }
        };
  }

  @Test
  void sendsAnIdempotentCallOnceMoreWithAnotherCredential() throws Exception {
    refuses(DataPlane.CANARY, NO);
    assertThat(call("GET", "")).isEqualTo("200 ok");
    assertThat(upstream.heads).hasSize(2);
    assertThat(upstream.heads.getLast())
        .isEqualTo(upstream.heads.getFirst().replace(DataPlane.CANARY, DataPlane.CANARY + "-2"));
    assertThat(proxy.rejected).containsExactly("cred-1");
    // The next call begins with the one that works.
    assertThat(call("GET", "")).isEqualTo("200 ok");
    assertThat(upstream.heads).hasSize(3);
    assertThat(proxy.issued).hasValue(2);
  }

  @Test
  void passesTheSecond401OnAndFetchesNoThirdCredential() throws Exception {
    refuses("", NO);
    assertThat(call("GET", "")).isEqualTo("401 no, no!");
    assertThat(upstream.heads).hasSize(2);
    for (var i = 0; i < 5; i++) {
      assertThat(call("GET", "")).isEqualTo("401 no, no!");
    }
    assertThat(upstream.heads).hasSize(7);
    assertThat(proxy.rejected).containsExactly("cred-1");
  }

  @Test
  void passesThe401OnWhenThereIsNoOtherCredentialAndAsksOnce() throws Exception {
    proxy.reissuing = () -> CompletableFuture.completedStage(false);
    refuses("", NO);
    for (var i = 0; i < 3; i++) {
      assertThat(call("GET", "")).isEqualTo("401 no, no!");
    }
    assertThat(upstream.heads).hasSize(3);
    assertThat(proxy.rejected).containsExactly("cred-1");
  }

  @Test
  void neverRepeatsACallThatMayHaveHadAnEffect() throws Exception {
    refuses(DataPlane.CANARY, NO);
    assertThat(call("POST", "")).isEqualTo("401 no, no!");
    assertThat(call("PUT", "Content-Length: 1\r\n\r\nx")).isEqualTo("401 no, no!");
    assertThat(upstream.heads).hasSize(2);
    assertThat(proxy.rejected).isEmpty();
  }

  @Test
  void takesA403AsItIs() throws Exception {
    refuses("", NO.replace("401 Unauthorized", "403 Forbidden"));
    assertThat(call("GET", "")).isEqualTo("403 no, no!");
    assertThat(proxy.rejected).isEmpty();
  }

  @Test
  void deliversThe401WholeWhenItsConnectionEndedWhileItWaited() throws Exception {
    var asked = new CompletableFuture<Boolean>();
    proxy.reissuing = () -> asked;
    var ended = new CompletableFuture<Boolean>();
    upstream.script =
        with -> {
          with.request();
          with.answer(NO.replace("Content-Length: 7\r\n", "Connection: close\r\n"));
          with.socket.close();
          ended.complete(true);
        };
    try (var agent = proxy.inTunnel(upstream.port())) {
      send(agent, "GET", "");
      ended.join();
      proxy.onLoop(() -> asked.complete(false));
      assertThat(answer(agent)).isEqualTo("401 no, no!");
    }
  }

  @Test
  void sendsNothingMoreWhenTheSessionEndsWhileItWaits() throws Exception {
    var asked = new CompletableFuture<Boolean>();
    var waits = new CompletableFuture<Boolean>();
    proxy.reissuing =
        () -> {
          waits.complete(true);
          return asked;
        };
    refuses("", NO);
    try (var agent = proxy.inTunnel(upstream.port())) {
      send(agent, "GET", "");
      waits.join();
      proxy.endSession();
      proxy.onLoop(() -> asked.complete(true));
      assertThat(answer(agent)).startsWith("403 ");
    }
    assertThat(upstream.heads).hasSize(1);
    assertThat(proxy.onLoop(proxy.relay::exchanges)).isZero();
  }

  @Test
  void putsAQueryCredentialInPlaceOfEveryParameterOfItsName() throws Exception {
    proxy.carrier = new Carrier.QueryParameter("key");
    proxy.scheme = "";
    try (var agent = proxy.inTunnel(upstream.port())) {
      agent.send(
          "GET /v1/x?a=1&key=mine&%6bey=mine&KEY=mine&b HTTP/1.1\r\nHost: "
              + DataPlane.GOOD
              + ":"
              + upstream.port()
              + "\r\n\r\n");
      assertThat(answer(agent)).isEqualTo("200 ok");
      send(agent, "GET", "");
      assertThat(answer(agent)).isEqualTo("200 ok");
    }
    assertThat(upstream.heads.stream().map(head -> head.lines().findFirst().orElse("")))
        .isEqualTo(
            List.of(
                "GET /v1/x?a=1&b&key=" + DataPlane.CANARY + " HTTP/1.1",
                "GET /v1/x?key=" + DataPlane.CANARY + " HTTP/1.1"));
  }

  private String call(String method, String rest) throws Exception {
    try (var agent = proxy.inTunnel(upstream.port())) {
      send(agent, method, rest);
      return answer(agent);
    }
  }

  private void send(RawAgent agent, String method, String rest) throws IOException {
    agent.send(
        method
            + " /v1/x HTTP/1.1\r\nHost: "
            + DataPlane.GOOD
            + ":"
            + upstream.port()
            + "\r\n"
            + (rest.isEmpty() ? "\r\n" : rest));
  }

  /// Status and body.
  private static String answer(RawAgent agent) throws IOException {
    var answer = agent.answer();
    return answer.status() + " " + answer.body();
  }
}
