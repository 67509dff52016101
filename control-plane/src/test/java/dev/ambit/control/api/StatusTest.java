package dev.ambit.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.testing.Plane;
import dev.ambit.control.testing.ScriptedProxy;
import dev.ambit.envelope.Ids;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The status names each proxy and each issuer with how it stands.
class StatusTest {
  @TempDir Path folder;
  private Plane plane;

  @BeforeEach
  void start() throws Exception {
    plane = new Plane();
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
  }

  @Test
  void tellsVersionAndLeaseOfEachProxyAndWhatItIsBehind() throws Exception {
    var ids = new Ids(plane.clock, new SecureRandom());
    var proxy = new ScriptedProxy(plane.channel(Plane.AGENT, plane.ports().proxies()));
    var id = ids.next();
    proxy.hello(id, ids.next());
    var snapshot = proxy.next().getSnapshot();
    assertThat(status())
        .contains("\"workload\":\"" + Plane.AGENT + "\"", "\"proxyId\":\"" + id + "\"")
        .doesNotContain("leaseLeft");
    var opened =
        plane.workload(
            Plane.OPENER,
            "POST",
            "/v1/sessions",
            "{\"template\":\"shared\",\"workload\":{\"spiffe_id\":\"" + Plane.AGENT + "\"}}");
    assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
    var delta = proxy.next().getDelta();
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    assertThat(status())
        .contains("\"leaseLeft\"", "\"behind\"", "\"versionTold\":\"" + delta.getVersion() + "\"");
    proxy.ack(snapshot.getEpoch(), delta.getVersion());
    until(text ->
        text.contains("\"versionInForce\":\"" + delta.getVersion() + "\"")
            && !text.contains("\"behind\""));
    proxy.leave();
    until(text -> !text.contains("proxyId"));
  }

  @Test
  void tellsWhichIssuersCanBeReached() throws Exception {
    try (var issuer = FakeIssuer.start(folder)) {
      plane.offer(issuer);
      assertThat(status()).contains("\"provider\":\"idp\"").doesNotContain("\"problem\"");
    }
    plane.ahead.addAndGet(10_000_000_000L);
    assertThat(status()).contains("\"problem\":\"cannot connect\"");
  }

  private void until(Predicate<String> holds) throws Exception {
    Plane.until("told", () -> holds.test(status()));
  }

  private String status() {
    try {
      var answer = plane.operator("GET", "/v1/status", "");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return answer.body();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }
}
