package dev.ambit.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.control.testing.Plane;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.GetReceiptRequest;
import dev.ambit.proto.v1.ListSessionsRequest;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.ReceiptServiceGrpc;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.WatchSessionRequest;
import dev.ambit.proto.v1.Workload;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The API as gRPC, as the command line calls it.
class GrpcTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

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
  void followsASessionToItsReceipt() throws Exception {
    var people = people(plane.access("token"));
    var session =
        people
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate("solo")
                    .putParameters("item", "7")
                    .setWorkload(Workload.newBuilder().setSpiffeId(Plane.AGENT))
                    .build())
            .getSession();
    assertThat(session.getOpener()).isEqualTo("bootstrap");
    var watched =
        people
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .watchSession(WatchSessionRequest.newBuilder().setSessionId(session.getId()).build());
    var states = new ArrayList<SessionState>();
    states.add(watched.next().getSession().getState());
    var _ =
        people.closeSession(CloseSessionRequest.newBuilder().setSessionId(session.getId()).build());
    watched.forEachRemaining(change -> states.add(change.getSession().getState()));
    assertThat(states)
        .startsWith(SessionState.SESSION_STATE_ACTIVE)
        .endsWith(SessionState.SESSION_STATE_CLOSED);
    var receipt =
        ReceiptServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().people()))
            .withInterceptors(
                MetadataUtils.newAttachHeadersInterceptor(bearer(plane.access("token"))))
            .getReceipt(GetReceiptRequest.newBuilder().setSessionId(session.getId()).build());
    assertThat(receipt.getReceipt().toStringUtf8()).contains("payloadType");
  }

  @Test
  void refusesAWrongTokenInTheLanguageOfTheCaller() throws Exception {
    var wrong = people("wrong");
    assertThatThrownBy(() -> wrong.listSessions(ListSessionsRequest.getDefaultInstance()))
        .hasMessageStartingWith("UNAUTHENTICATED: authorization: wrong token");
  }

  @Test
  void boundsTheWatchersOfOneCaller() throws Exception {
    var workloads = plane.channel(Plane.OPENER, plane.ports().workloads());
    var session =
        SessionServiceGrpc.newBlockingStub(workloads)
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate("shared")
                    .setWorkload(Workload.newBuilder().setSpiffeId(Plane.AGENT))
                    .build())
            .getSession();
    var watch = WatchSessionRequest.newBuilder().setSessionId(session.getId()).build();
    for (var n = 0; n < Watching.CALLER_MAX; n++) {
      var watched = SessionServiceGrpc.newBlockingStub(workloads).watchSession(watch);
      assertThat(watched.next().getSession().getId()).isEqualTo(session.getId());
    }
    var tooMany = SessionServiceGrpc.newBlockingStub(workloads).watchSession(watch);
    assertThatThrownBy(tooMany::hasNext)
        .hasMessage("RESOURCE_EXHAUSTED: watchers of the caller: 64 (expected: fewer than 64)");
    // Nobody else has less room for it.
    var other = people(plane.access("token")).watchSession(watch);
    assertThat(other.next().getSession().getId()).isEqualTo(session.getId());
  }

  @Test
  void endsAWatchWhenItStops() throws Exception {
    var session =
        SessionServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().workloads()))
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate("shared")
                    .setWorkload(Workload.newBuilder().setSpiffeId(Plane.AGENT))
                    .build())
            .getSession();
    var watched =
        people(plane.access("token"))
            .watchSession(WatchSessionRequest.newBuilder().setSessionId(session.getId()).build());
    assertThat(watched.next().getSession().getId()).isEqualTo(session.getId());
    plane.restart();
    assertThatThrownBy(watched::hasNext)
        .hasMessage("UNAVAILABLE: control plane: shutting down (expected: watch again)");
  }

  @Test
  void pagesThroughSessions() throws Exception {
    var workloads =
        SessionServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().workloads()));
    for (var i = 0; i < 3; i++) {
      var _ =
          workloads.openSession(
              OpenSessionRequest.newBuilder()
                  .setTemplate("shared")
                  .setWorkload(Workload.newBuilder().setSpiffeId(Plane.AGENT))
                  .build());
    }
    var first = workloads.listSessions(ListSessionsRequest.newBuilder().setPageSize(2).build());
    var second =
        workloads.listSessions(
            ListSessionsRequest.newBuilder()
                .setPageSize(2)
                .setPageToken(first.getNextPageToken())
                .build());
    assertThat(first.getSessionsList()).hasSize(2);
    assertThat(second.getSessionsList())
        .hasSize(1)
        .allMatch(one -> !later(one, first.getSessions(1)));
    assertThat(second.getNextPageToken()).isEmpty();
  }

  private static boolean later(Session one, Session other) {
    return one.getId().compareTo(other.getId()) >= 0;
  }

  private SessionServiceGrpc.SessionServiceBlockingStub people(String token) throws Exception {
    return SessionServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().people()))
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(bearer(token)));
  }

  private static Metadata bearer(String token) {
    var headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return headers;
  }
}
