package dev.ambit.control.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.ambit.control.testing.Plane;
import dev.ambit.control.testing.ScriptedProxy;
import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.CloseSessionResponse;
import dev.ambit.proto.v1.IssueRequest;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.OpenSessionResponse;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proto.v1.ReserveRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.SettleRequest;
import dev.ambit.proto.v1.Workload;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What proxies are told, over real mTLS.
class ProxyApiTest {
  private Plane plane;
  private Ids ids;

  @BeforeEach
  void start() throws Exception {
    plane = new Plane();
    ids = new Ids(plane.clock, new SecureRandom());
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
  }

  @Test
  void tellsAProxyItsSessionsAndNobodyElses() throws Exception {
    var before = open("solo", Plane.AGENT);
    var proxy = proxy(Plane.AGENT);
    // Deep paths are of the trust domain too.
    var deep = proxy("spiffe://example.org/ns/agents/sa/coder");
    deep.hello(ids.next(), ids.next());
    assertThat(deep.next().getSnapshot().getSessionsCount()).isZero();
    var other = proxy("spiffe://example.org/agent-2");
    proxy.hello(ids.next(), ids.next());
    other.hello(ids.next(), ids.next());
    var snapshot = proxy.next().getSnapshot();
    assertThat(snapshot.getSessionsList())
        .singleElement()
        .matches(image -> image.getSessionId().equals(before.getSession().getId()))
        .matches(image -> image.getEnvelope().equals(before.getSession().getEnvelope()))
        .matches(image -> image.getState() == SessionState.SESSION_STATE_ACTIVE)
        .matches(image -> image.getExpiresIn().getSeconds() > 590);
    assertThat(other.next().getSnapshot().getSessionsCount()).isZero();
    var later = open("shared", "spiffe://example.org/agent-2");
    var delta = other.next().getDelta();
    assertThat(delta.getVersion()).isGreaterThan(snapshot.getVersion());
    assertThat(delta.getEpoch()).isEqualTo(snapshot.getEpoch());
    assertThat(delta.getChangedList())
        .singleElement()
        .matches(image -> image.getSessionId().equals(later.getSession().getId()))
        .matches(image -> image.getHandleDigest().size() == 32);
    assertThat(later.getHandle()).hasSize(43);
    assertThat(proxy.quiet()).isTrue();
  }

  @Test
  void grantsALeaseForEachHeartbeat() throws Exception {
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    var lease = proxy.next().getLease();
    assertThat(lease.getN()).isEqualTo(1);
    assertThat(lease.getDuration().getSeconds()).isEqualTo(Plane.LEASE.toSeconds());
    proxy.beat(1);
    assertThat(proxy.failure()).hasMessageContaining("heartbeat.n: 1 (expected: more than 1)");
  }

  @Test
  void wantsAHelloFirstAndOnce() throws Exception {
    var silent = proxy(Plane.AGENT);
    silent.beat(1);
    assertThat(silent.failure()).hasMessageContaining("expected: hello first");
    var nameless = proxy(Plane.AGENT);
    nameless.hello("x", ids.next());
    assertThat(nameless.failure()).hasMessageContaining("hello.proxy_id");
  }

  @Test
  void endsAnOlderStreamOfTheSameProxy() throws Exception {
    var id = ids.next();
    var older = attached(Plane.AGENT, id, ids.next());
    // Another workload that uses the same identifier is another proxy.
    var stranger = attached("spiffe://example.org/agent-2", id, ids.next());
    var newer = attached(Plane.AGENT, id, ids.next());
    assertThat(older.failure()).hasMessageContaining("attached again");
    newer.beat(1);
    assertThat(newer.next().hasLease()).isTrue();
    assertThat(stranger.quiet()).isTrue();
  }

  @Test
  void returnsFromCloseWhenTheProxyHasAcknowledgedTheCut() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var proxy = proxy(Plane.AGENT);
    proxy.hello(ids.next(), ids.next());
    var epoch = proxy.next().getSnapshot().getEpoch();
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    var closing = closeLater(session);
    var delta = proxy.next().getDelta();
    assertThat(delta.getEndedList())
        .singleElement()
        .matches(end -> end.getReason() == CloseReason.CLOSE_REASON_REVOKED);
    assertThat(closing).isNotDone();
    proxy.ack(epoch, delta.getVersion());
    var closed = closing.get(20, TimeUnit.SECONDS).getSession();
    assertThat(closed.getCloseDetail()).isEqualTo("by " + Plane.OPENER + ": done");
  }

  @Test
  void returnsFromCloseWhenTheLeaseOfASilentProxyHasEnded() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    proxy.leave();
    var before = System.nanoTime();
    var _ = closeLater(session).get(20, TimeUnit.SECONDS);
    var took = Duration.ofNanos(System.nanoTime() - before);
    assertThat(took).isBetween(Plane.LEASE.dividedBy(2), Plane.LEASE.plusSeconds(5));
  }

  @Test
  void waitsAfterARestartForProxiesThatMayHoldAnOldLease() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    plane.restart();
    var before = System.nanoTime();
    var _ = closeLater(session).get(20, TimeUnit.SECONDS);
    // The lease may have been granted in the last moment before the restart.
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isGreaterThan(Plane.LEASE.dividedBy(4));
  }

  @Test
  void refusesAnAcknowledgementOfWhatWasNeverSent() throws Exception {
    var proxy = proxy(Plane.AGENT);
    proxy.hello(ids.next(), ids.next());
    var snapshot = proxy.next().getSnapshot();
    proxy.ack(snapshot.getEpoch(), snapshot.getVersion() + 1);
    assertThat(proxy.failure()).hasMessageContaining("ack.version");
  }

  @Test
  void reservesAndSettlesExactly() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var stub =
        ProxyServiceGrpc.newBlockingStub(plane.channel(Plane.AGENT, plane.ports().proxies()));
    var first = reserve(session, 2);
    assertThat(stub.reserve(first).getReserved().getCallsLeft()).isZero();
    assertThat(stub.reserve(first).getReserved().getCallsLeft()).isZero();
    assertThat(stub.reserve(reserve(session, 1)).getExhausted().getBudget()).isEqualTo("read");
    var _ =
        stub.settle(
            SettleRequest.newBuilder()
                .setReservationId(first.getReservationId())
                .setCallsSpent(1)
                .build());
    assertThat(stub.reserve(reserve(session, 1)).getReserved().getCallsLeft()).isZero();
    var stranger =
        ProxyServiceGrpc.newBlockingStub(
            plane.channel("spiffe://example.org/agent-2", plane.ports().proxies()));
    assertThatThrownBy(() -> stranger.reserve(reserve(session, 1)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND: session_id");
  }

  @Test
  void issuesNothingToWhoIsNotAttached() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var stub =
        ProxyServiceGrpc.newBlockingStub(plane.channel(Plane.AGENT, plane.ports().proxies()));
    var request =
        IssueRequest.newBuilder()
            .setSessionId(session.getId())
            .setGrant("read")
            .setAuthority("https://api.example.org:443")
            .setProxyId(ids.next())
            .build();
    assertThatThrownBy(() -> stub.issue(request)).hasMessageContaining("proxy_id: not attached");
    var _ = attached(Plane.AGENT, request.getProxyId(), ids.next());
    assertThatThrownBy(() -> stub.issue(request))
        .hasMessageContaining("grant: unknown (expected: one with credential)");
  }

  private OpenSessionResponse open(String template, String workload) throws Exception {
    var request =
        OpenSessionRequest.newBuilder()
            .setTemplate(template)
            .setWorkload(Workload.newBuilder().setSpiffeId(workload));
    if (template.equals("solo")) {
      request.putParameters("item", "7");
    }
    var opened =
        SessionServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().workloads()))
            .openSession(request.build());
    assertThat(opened.getSession().getEnvelope()).isNotEqualTo(ByteString.EMPTY);
    return opened;
  }

  private CompletableFuture<CloseSessionResponse> closeLater(Session session) throws Exception {
    var stub =
        SessionServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().workloads()));
    return CompletableFuture.supplyAsync(() ->
        stub.closeSession(
            CloseSessionRequest.newBuilder()
                .setSessionId(session.getId())
                .setReason(CloseReason.CLOSE_REASON_REVOKED)
                .setDetail("done")
                .build()));
  }

  private ReserveRequest reserve(Session session, long calls) {
    return ReserveRequest.newBuilder()
        .setReservationId(ids.next())
        .setSessionId(session.getId())
        .setGrant("read")
        .setCalls(calls)
        .build();
  }

  private ScriptedProxy proxy(String id) throws Exception {
    return new ScriptedProxy(plane.channel(id, plane.ports().proxies()));
  }

  private ScriptedProxy attached(String id, String proxyId, String boot) throws Exception {
    var proxy = proxy(id);
    proxy.hello(proxyId, boot);
    assertThat(proxy.next().hasSnapshot()).isTrue();
    return proxy;
  }
}
