package dev.ambit.control.api;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.lifecycle.Contexts;
import dev.ambit.control.lifecycle.OpenOrder;
import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.lifecycle.Suspensions;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.CloseSessionResponse;
import dev.ambit.proto.v1.ExtendSessionRequest;
import dev.ambit.proto.v1.ExtendSessionResponse;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.GetSessionResponse;
import dev.ambit.proto.v1.ListSessionsRequest;
import dev.ambit.proto.v1.ListSessionsResponse;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.OpenSessionResponse;
import dev.ambit.proto.v1.ResumeSessionRequest;
import dev.ambit.proto.v1.ResumeSessionResponse;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.SuspendSessionRequest;
import dev.ambit.proto.v1.SuspendSessionResponse;
import dev.ambit.proto.v1.UpdateContextRequest;
import dev.ambit.proto.v1.UpdateContextResponse;
import dev.ambit.proto.v1.WatchSessionRequest;
import dev.ambit.proto.v1.WatchSessionResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Function;

/// Sessions over gRPC and JSON: decode, call, encode.
final class SessionApi extends SessionServiceGrpc.SessionServiceImplBase {
  private static final int PAGE = 100;
  private static final int PAGE_MAX = 500;

  private final Calls calls;
  private final Sessions sessions;
  private final Suspensions suspensions;
  private final Contexts contexts;
  private final SessionViews views;
  private final Watching watching;

  SessionApi(
      Calls calls,
      Sessions sessions,
      Suspensions suspensions,
      Contexts contexts,
      SessionViews views,
      Watching watching) {
    this.calls = calls;
    this.sessions = sessions;
    this.suspensions = suspensions;
    this.contexts = contexts;
    this.views = views;
    this.watching = watching;
  }

  @Override
  public void openSession(
      OpenSessionRequest request, StreamObserver<OpenSessionResponse> observer) {
    calls.serve(
        observer,
        caller ->
            then(
                sessions.open(caller, order(request)),
                opened ->
                    OpenSessionResponse.newBuilder()
                        .setSession(views.whole(opened.session()))
                        .setHandle(opened.handle())
                        .build()));
  }

  @Override
  public void getSession(GetSessionRequest request, StreamObserver<GetSessionResponse> observer) {
    calls.serve(
        observer,
        caller ->
            then(
                sessions.get(caller, request.getSessionId()),
                session ->
                    GetSessionResponse.newBuilder().setSession(views.whole(session)).build()));
  }

  @Override
  public void listSessions(
      ListSessionsRequest request, StreamObserver<ListSessionsResponse> observer) {
    calls.serve(observer, caller -> list(caller, request));
  }

  @Override
  public void extendSession(
      ExtendSessionRequest request, StreamObserver<ExtendSessionResponse> observer) {
    calls.serve(
        observer,
        caller ->
            then(
                sessions.extend(
                    caller, request.getSessionId(), ProtoTimes.read("ttl", request.getTtl())),
                session ->
                    ExtendSessionResponse.newBuilder().setSession(views.brief(session)).build()));
  }

  @Override
  public void suspendSession(
      SuspendSessionRequest request, StreamObserver<SuspendSessionResponse> observer) {
    calls.serve(
        observer,
        caller ->
            then(
                untilCut(
                    "it is suspended",
                    () -> suspensions.suspend(caller, request.getSessionId(), request.getDetail())),
                session ->
                    SuspendSessionResponse.newBuilder().setSession(views.brief(session)).build()));
  }

  @Override
  public void resumeSession(
      ResumeSessionRequest request, StreamObserver<ResumeSessionResponse> observer) {
    calls.serve(
        observer,
        caller ->
            then(
                suspensions.resume(caller, request.getSessionId(), request.getDetail()),
                session ->
                    ResumeSessionResponse.newBuilder().setSession(views.brief(session)).build()));
  }

  @Override
  public void updateContext(
      UpdateContextRequest request, StreamObserver<UpdateContextResponse> observer) {
    calls.serve(
        observer,
        caller ->
            then(
                untilCut(
                    "the context may have changed",
                    () -> contexts.update(caller, request.getSessionId(), request.getChangesMap())),
                session ->
                    UpdateContextResponse.newBuilder().setSession(views.brief(session)).build()));
  }

  @Override
  public void closeSession(
      CloseSessionRequest request, StreamObserver<CloseSessionResponse> observer) {
    calls.serve(
        observer,
        caller ->
            then(
                close(caller, request),
                session ->
                    CloseSessionResponse.newBuilder().setSession(views.brief(session)).build()));
  }

  @Override
  public void watchSession(
      WatchSessionRequest request, StreamObserver<WatchSessionResponse> answers) {
    var observer = (ServerCallStreamObserver<WatchSessionResponse>) answers;
    // With a handler, sending to a watcher that has gone does nothing instead of throwing.
    observer.setOnCancelHandler(() -> {});
    calls.stream(
        observer,
        caller ->
            watching.follow(
                caller,
                request.getSessionId(),
                view -> {
                  observer.onNext(WatchSessionResponse.newBuilder().setSession(view).build());
                  return !observer.isCancelled();
                },
                () -> !observer.isCancelled()));
  }

  private Answer<ListSessionsResponse> list(Caller caller, ListSessionsRequest request) {
    var size = Pages.size(request.getPageSize(), PAGE, PAGE_MAX);
    var page =
        sessions.list(
            caller, state(request), request.getTemplate(), request.getPageToken(), size + 1);
    var shown = page.subList(0, Math.min(size, page.size()));
    var answer = ListSessionsResponse.newBuilder();
    shown.forEach(session -> answer.addSessions(views.brief(session)));
    if (page.size() > size) {
      answer.setNextPageToken(shown.getLast().id().value());
    }
    return new Answer.Given<>(answer.build());
  }

  private Answer<StoredSession> close(Caller caller, CloseSessionRequest request) {
    var reason = request.getReason();
    var revoked = reason == CloseReason.CLOSE_REASON_REVOKED;
    if (!revoked
        && reason != CloseReason.CLOSE_REASON_UNSPECIFIED
        && reason != CloseReason.CLOSE_REASON_COMPLETED) {
      return Answer.refuse(
          Kind.INVALID, "reason", "reason: " + reason + " (expected: COMPLETED or REVOKED)");
    }
    return untilCut(
        "the session has ended",
        () -> sessions.close(caller, request.getSessionId(), revoked, request.getDetail()));
  }

  /// Waits with the work until every proxy knows; a shutdown ends the wait, not what was done.
  private static Answer<StoredSession> untilCut(String done, Waiting work) {
    try {
      return work.done();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Answer.refuse(
          Kind.STOPPING,
          "control plane",
          "control plane: shutting down (expected: ask again, " + done + ")");
    }
  }

  private static OpenOrder order(OpenSessionRequest request) {
    var task = request.getTask();
    return new OpenOrder(
        request.getTemplate(),
        request.getParametersMap(),
        request.getWorkload().getSpiffeId(),
        request.getWorkload().getPodUid(),
        new StoredSession.Task(task.getId(), task.getPurpose(), task.getLink()),
        request.getOnBehalfOf(),
        request.getContextMap(),
        request.hasTtl() ? Optional.of(ProtoTimes.read("ttl", request.getTtl())) : Optional.empty(),
        request.getIdempotencyKey());
  }

  private static Optional<SessionState> state(ListSessionsRequest request) {
    return switch (request.getState()) {
      case SESSION_STATE_UNSPECIFIED -> Optional.empty();
      case SESSION_STATE_ACTIVE -> Optional.of(SessionState.ACTIVE);
      case SESSION_STATE_SUSPENDED -> Optional.of(SessionState.SUSPENDED);
      case SESSION_STATE_CLOSING -> Optional.of(SessionState.CLOSING);
      case SESSION_STATE_CLOSED -> Optional.of(SessionState.CLOSED);
      case UNRECOGNIZED ->
          throw new IllegalArgumentException("state: unknown (expected: a state of sessions)");
    };
  }

  /// Work that waits for proxies.
  private interface Waiting {
    Answer<StoredSession> done() throws InterruptedException;
  }

  private static <T, R> Answer<R> then(Answer<T> answer, Function<T, R> encode) {
    return switch (answer) {
      case Answer.Given<T>(var value) -> new Answer.Given<>(encode.apply(value));
      case Answer.Refused<T>(var refusal) -> new Answer.Refused<>(refusal);
    };
  }
}
