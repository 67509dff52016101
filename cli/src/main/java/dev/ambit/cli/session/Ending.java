package dev.ambit.cli.session;

import dev.ambit.cli.Durations;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.ClosureOutcome;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.WatchSessionRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Ends a session and follows it to its receipt.
public final class Ending {
  private final Shell shell;
  private final ControlPlane controlPlane;

  public Ending(Shell shell, ControlPlane controlPlane) {
    this.shell = shell;
    this.controlPlane = controlPlane;
  }

  /// Asks for the end; returns when no proxy carries a call of the session any more.
  public Session cut(String session, CloseReason reason, String detail) {
    try (var _ = Progress.of(shell, "cutting session " + session)) {
      return controlPlane
          .closing()
          .closeSession(
              CloseSessionRequest.newBuilder()
                  .setSessionId(session)
                  .setReason(reason)
                  .setDetail(detail)
                  .build())
          .getSession();
    }
  }

  /// Follows a session that was cut until it is CLOSED. When that takes longer than `patience`,
  /// says what is not proven dead; the control plane goes on trying in any case.
  public Session untilClosed(Session cut, Duration patience) {
    var seen = cut;
    try (var progress = Progress.of(shell, waitingFor(cut))) {
      var changes =
          controlPlane
              .watching()
              .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
              .watchSession(WatchSessionRequest.newBuilder().setSessionId(cut.getId()).build());
      while (seen.getState() != SessionState.SESSION_STATE_CLOSED && changes.hasNext()) {
        seen = changes.next().getSession();
        progress.now(waitingFor(seen));
      }
    } catch (StatusRuntimeException ended) {
      if (ended.getStatus().getCode() != Status.Code.DEADLINE_EXCEEDED) {
        throw ended;
      }
    }
    if (seen.getState() != SessionState.SESSION_STATE_CLOSED) {
      throw new Failure(
          ExitCode.REFUSED,
          "state: session "
              + seen.getId()
              + " is "
              + SessionView.state(seen.getState())
              + " after "
              + Durations.show(patience)
              + " (expected: CLOSED); "
              + open(seen)
              + "; the control plane goes on trying, follow it with: ambit session watch "
              + seen.getId());
    }
    return seen;
  }

  private static String waitingFor(Session session) {
    return "waiting for session " + session.getId() + " to be CLOSED: " + open(session);
  }

  /// What still stands between the session and its receipt.
  private static String open(Session session) {
    var open =
        session.getCredentialsList().stream()
            .filter(credential ->
                switch (credential.getOutcome()) {
                  case CLOSURE_OUTCOME_DEAD_PROVEN,
                      CLOSURE_OUTCOME_DEAD_BY_EXPIRY,
                      CLOSURE_OUTCOME_OUTLIVES_SESSION ->
                      false;
                  default -> true;
                })
            .map(credential ->
                "the credential of provider "
                    + credential.getProvider()
                    + (credential.getOutcome() == ClosureOutcome.CLOSURE_OUTCOME_UNPROVEN
                        ? " is UNPROVEN (" + credential.getOutcomeDetail() + ")"
                        : " is being revoked and probed"))
            .collect(Collectors.joining(", "));
    return open.isEmpty() ? "its receipt is being written" : open;
  }
}
