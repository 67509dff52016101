package dev.ambit.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.control.testing.Plane;
import dev.ambit.control.testing.ScriptedProxy;
import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proto.v1.ReserveRequest;
import dev.ambit.proto.v1.ResumeSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.SuspendReason;
import dev.ambit.proto.v1.SuspendSessionRequest;
import dev.ambit.proto.v1.SuspendSessionResponse;
import dev.ambit.proto.v1.WatchSessionRequest;
import dev.ambit.proto.v1.Workload;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Suspending and resuming as callers, proxies, watchers and scrapers see it.
class SuspendTest {
  private Plane plane;
  private Ids ids;
  private SessionServiceGrpc.SessionServiceBlockingStub opener;
  private Session session;

  @BeforeEach
  void start() throws Exception {
    plane = new Plane();
    ids = new Ids(plane.clock, new SecureRandom());
    opener =
        SessionServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().workloads()));
    session =
        opener
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate("solo")
                    .putParameters("item", "7")
                    .setWorkload(Workload.newBuilder().setSpiffeId(Plane.AGENT))
                    .build())
            .getSession();
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
  }

  @Test
  void returnsWhenTheProxyHasAcknowledgedTheCutAndTellsItOfTheResumption() throws Exception {
    var proxy = new ScriptedProxy(plane.channel(Plane.AGENT, plane.ports().proxies()));
    proxy.hello(ids.next(), ids.next());
    var epoch = proxy.next().getSnapshot().getEpoch();
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    var suspending = suspendLater();
    var delta = proxy.next().getDelta();
    assertThat(delta.getChangedList())
        .singleElement()
        .matches(image -> image.getState() == SessionState.SESSION_STATE_SUSPENDED)
        .matches(image -> image.getEnvelope().equals(session.getEnvelope()));
    assertThat(suspending).isNotDone();
    proxy.ack(epoch, delta.getVersion());
    var suspended = suspending.get(20, TimeUnit.SECONDS).getSession();
    assertThat(suspended.getState()).isEqualTo(SessionState.SESSION_STATE_SUSPENDED);
    assertThat(suspended.getSuspendReason()).isEqualTo(SuspendReason.SUSPEND_REASON_REQUESTED);
    assertThat(suspended.getSuspendDetail()).isEqualTo("by " + Plane.OPENER + ": odd");
    assertThat(suspended.hasSuspendedAt()).isTrue();
    var resumed = resume();
    assertThat(resumed.getState()).isEqualTo(SessionState.SESSION_STATE_ACTIVE);
    assertThat(resumed.hasSuspendedAt()).isFalse();
    assertThat(proxy.next().getDelta().getChangedList())
        .singleElement()
        .matches(image -> image.getState() == SessionState.SESSION_STATE_ACTIVE)
        .matches(image -> image.getVersion() == resumed.getVersion());
  }

  @Test
  void startsANewProxyOfASuspendedSessionSuspended() throws Exception {
    var _ = suspendLater().get(20, TimeUnit.SECONDS);
    plane.restart();
    var proxy = new ScriptedProxy(plane.channel(Plane.AGENT, plane.ports().proxies()));
    proxy.hello(ids.next(), ids.next());
    assertThat(proxy.next().getSnapshot().getSessionsList())
        .singleElement()
        .matches(image -> image.getState() == SessionState.SESSION_STATE_SUSPENDED);
  }

  @Test
  void takesNoRoomFromABudgetWhileSuspended() throws Exception {
    var stub =
        ProxyServiceGrpc.newBlockingStub(plane.channel(Plane.AGENT, plane.ports().proxies()));
    var _ = suspendLater().get(20, TimeUnit.SECONDS);
    assertThatThrownBy(() -> stub.reserve(order()))
        .hasMessage("FAILED_PRECONDITION: session_id: suspended or ended (expected: ACTIVE)");
    var _ = resume();
    assertThat(stub.reserve(order()).hasReserved()).isTrue();
  }

  @Test
  void showsWatchersAndScrapersWhatHappened() throws Exception {
    var watched =
        opener.watchSession(WatchSessionRequest.newBuilder().setSessionId(session.getId()).build());
    assertThat(watched.next().getSession().getState()).isEqualTo(SessionState.SESSION_STATE_ACTIVE);
    var _ = suspendLater().get(20, TimeUnit.SECONDS);
    assertThat(watched.next().getSession().getSuspendDetail()).endsWith(": odd");
    Plane.until("counted", () -> metrics().contains("\nambit_sessions{state=\"suspended\"} 1.0"));
    var _ = resume();
    assertThat(watched.next().getSession().getState()).isEqualTo(SessionState.SESSION_STATE_ACTIVE);
    var trail = plane.operator("GET", "/v1/audit/records?session_id=" + session.getId(), "");
    assertThat(trail.body()).contains("SESSION_ACTION_SUSPEND", "SESSION_ACTION_RESUME");
    assertThat(plane.operator("GET", "/v1/audit/verify", "").body()).doesNotContain("defects");
  }

  @Test
  void letsAnOperatorSuspendAndNotResumeInJson() throws Exception {
    var path = "/v1/sessions/" + session.getId();
    var suspended = plane.operator("POST", path + "/suspend", "{\"detail\":\"odd\"}");
    assertThat(suspended.statusCode()).as(suspended.body()).isEqualTo(200);
    assertThat(suspended.body()).contains("SESSION_STATE_SUSPENDED", "by bootstrap: odd");
    var resumed = plane.operator("POST", path + "/resume", "{}");
    assertThat(resumed.statusCode()).as(resumed.body()).isEqualTo(403);
    for (var verb : new String[] {"/suspend", "/resume"}) {
      var stranger = plane.workload(Plane.AGENT, "POST", path + verb, "{}");
      assertThat(stranger.statusCode()).as(verb + stranger.body()).isEqualTo(404);
    }
    var affirmed = plane.workload(Plane.OPENER, "POST", path + "/resume", "{}");
    assertThat(affirmed.statusCode()).as(affirmed.body()).isEqualTo(200);
    assertThat(affirmed.body()).contains("SESSION_STATE_ACTIVE").doesNotContain("suspend");
    assertThat(plane.operator("POST", path + "/close", "{}").statusCode()).isEqualTo(200);
    var late = plane.workload(Plane.OPENER, "POST", path + "/suspend", "{}");
    assertThat(late.statusCode()).as(late.body()).isEqualTo(409);
    assertThat(late.body()).contains("\"field\":\"state\"");
  }

  private CompletableFuture<SuspendSessionResponse> suspendLater() {
    return CompletableFuture.supplyAsync(() ->
        opener.suspendSession(
            SuspendSessionRequest.newBuilder()
                .setSessionId(session.getId())
                .setDetail("odd")
                .build()));
  }

  private Session resume() {
    return opener
        .resumeSession(ResumeSessionRequest.newBuilder().setSessionId(session.getId()).build())
        .getSession();
  }

  private ReserveRequest order() {
    return ReserveRequest.newBuilder()
        .setReservationId(ids.next())
        .setSessionId(session.getId())
        .setGrant("read")
        .setCalls(1)
        .build();
  }

  private String metrics() {
    try {
      return plane.admin("GET", "/metrics").body();
    } catch (java.io.IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }
}
