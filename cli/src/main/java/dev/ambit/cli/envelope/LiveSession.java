package dev.ambit.cli.envelope;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.proto.v1.BudgetSummary;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Session;
import java.time.Instant;
import java.util.Optional;

/// What a live session says to a call at this moment, beyond its envelope: whether it is stopped,
/// and what it has spent. Pure.
final class LiveSession {
  private LiveSession() {}

  /// In the order in which a proxy asks: the session's state, then the engine, then what is spent.
  static Decision decide(Session live, Question question, Instant now) {
    var stopped = stopped(live);
    if (stopped.isPresent()) {
      return stopped.get();
    }
    return switch (EnvelopeCodec.decode(live.getEnvelope().toByteArray())) {
      case Parsed.Malformed<Envelope>(var why) ->
          throw new Failure(
              ExitCode.REFUSED,
              "envelope: " + why + "; is this command as new as the control plane?");
      case Parsed.Ok<Envelope>(var envelope) ->
          switch (question.decide(envelope, now)) {
            case Decision.Denied denied -> denied;
            case Decision.Permitted permitted ->
                spent(live, permitted).<Decision>map(denied -> denied).orElse(permitted);
            case Decision.NeedsBody _ -> throw new IllegalStateException("the body was read");
          };
    };
  }

  private static Optional<Decision.Denied> stopped(Session live) {
    return switch (live.getState()) {
      case SESSION_STATE_SUSPENDED ->
          Optional.of(
              new Decision.Denied(
                  Reason.SESSION_SUSPENDED,
                  "",
                  "The session is suspended until its opener resumes it: "
                      + live.getSuspendDetail()));
      case SESSION_STATE_CLOSING, SESSION_STATE_CLOSED ->
          Optional.of(
              new Decision.Denied(
                  ended(live.getCloseReason()),
                  "",
                  "The session has ended. It does not come back."));
      case SESSION_STATE_ACTIVE, SESSION_STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  private static Reason ended(CloseReason reason) {
    return switch (reason) {
      case CLOSE_REASON_EXPIRED -> Reason.SESSION_EXPIRED;
      case CLOSE_REASON_IDLE -> Reason.SESSION_IDLE;
      default -> Reason.SESSION_ENDED;
    };
  }

  private static Optional<Decision.Denied> spent(Session live, Decision.Permitted permitted) {
    if (live.hasBudget() && spent(live.getBudget())) {
      return Optional.of(exhausted(permitted, "the session has", live.getBudget()));
    }
    return live.getGrantsList().stream()
        .filter(grant -> grant.getName().equals(permitted.grant().name()))
        .filter(grant -> grant.hasBudget() && spent(grant.getBudget()))
        .findFirst()
        .map(grant -> exhausted(permitted, "grant " + grant.getName() + " has", grant.getBudget()));
  }

  private static boolean spent(BudgetSummary budget) {
    return budget.getCallsReserved() >= budget.getCalls();
  }

  private static Decision.Denied exhausted(
      Decision.Permitted permitted, String whose, BudgetSummary budget) {
    return new Decision.Denied(
        Reason.BUDGET_EXHAUSTED,
        permitted.target().name(),
        "It is granted by "
            + permitted.grant().name()
            + ", but "
            + whose
            + " spent its "
            + budget.getCalls()
            + " calls.");
  }
}
