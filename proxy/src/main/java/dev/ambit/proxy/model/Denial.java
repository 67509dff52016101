package dev.ambit.proxy.model;

import dev.ambit.envelope.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why a call stops: the reason from the closed list and the facts that answer and record need, and
/// no more.
///
/// @param session the session it was judged by, if one was found
/// @param target name of the target, empty when none is known
/// @param detail one plain sentence, ours; never text of the agent's or a secret
/// @param retryAfterSeconds when to try again, 0 when that is not known
public record Denial(
    Reason reason, Optional<Session> session, String target, String detail, int retryAfterSeconds) {
  /// A denial that needs no more explanation than its reason.
  public static Denial of(Reason reason, @Nullable Session session) {
    return new Denial(reason, Optional.ofNullable(session), "", sentence(reason), 0);
  }

  /// The same, of this session if it is one.
  public Denial of(Optional<Session> owner) {
    return new Denial(reason, owner, target, detail, retryAfterSeconds);
  }

  private static String sentence(Reason reason) {
    return switch (reason) {
      case LEASE_LOST -> "The proxy has no fresh word from the control plane, so nothing may go.";
      case NO_SESSION -> "No session is open for this call.";
      case SESSION_AMBIGUOUS -> "The call does not belong to exactly one session.";
      case SESSION_SUSPENDED -> "The session is suspended until an opener affirms it again.";
      case SESSION_ENDED -> "The session has ended.";
      case SESSION_EXPIRED -> "The session has expired.";
      case SESSION_IDLE -> "The session was closed because it made no calls.";
      case TARGET_UNKNOWN -> "No target of the session has this authority.";
      case AUTHORITY_MISMATCH -> "The call names two different authorities.";
      case ADDRESS_FORBIDDEN -> "The address of this authority may not be reached.";
      case PROTOCOL_NOT_GRANTED -> "The target does not speak this protocol.";
      case METHOD_NOT_GRANTED -> "No grant permits this method.";
      case PATH_NOT_GRANTED -> "No grant permits this path.";
      case QUERY_NOT_GRANTED -> "No grant permits this query.";
      case HEADER_NOT_GRANTED -> "No grant permits these headers.";
      case BODY_NOT_GRANTED -> "No grant permits this body.";
      case CONDITION_FALSE -> "The condition of the grant does not hold.";
      case SENSITIVITY_EXCEEDED -> "The target is too sensitive for the session.";
      case DENIED_BY_RULE -> "A deny rule of the session forbids this call.";
      case RATE_LIMITED -> "The session asks more often than it may.";
      case BUDGET_EXHAUSTED -> "The calls of this budget are spent.";
      case CONTROL_UNAVAILABLE -> "The control plane cannot be asked now.";
      case CREDENTIAL_UNAVAILABLE -> "The credential of the grant cannot be had now.";
      case AUDIT_UNAVAILABLE -> "The call cannot be recorded now, so it may not go.";
      case MALFORMED -> "The request has no single meaning.";
      case LIMIT_EXCEEDED -> "The request is larger than the proxy accepts.";
      case UNSUPPORTED -> "The proxy does not support this request.";
      case SHUTTING_DOWN -> "The proxy is shutting down.";
    };
  }
}
