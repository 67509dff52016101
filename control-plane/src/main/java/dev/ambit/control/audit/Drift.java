package dev.ambit.control.audit;

import dev.ambit.envelope.Reason;
import dev.ambit.proto.v1.AuditRecord;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// Tells the denials that say something of the agent, and so count for `suspendAfter`, from those
/// that a failing part or the session's own end brought about. Pure.
final class Drift {
  private static final Set<String> NOT_THE_AGENTS =
      EnumSet.of(
              Reason.LEASE_LOST,
              Reason.SESSION_SUSPENDED,
              Reason.SESSION_ENDED,
              Reason.SESSION_EXPIRED,
              Reason.SESSION_IDLE,
              Reason.CONTROL_UNAVAILABLE,
              Reason.CREDENTIAL_UNAVAILABLE,
              Reason.AUDIT_UNAVAILABLE,
              Reason.SHUTTING_DOWN)
          .stream()
          .map(Reason::code)
          .collect(Collectors.toUnmodifiableSet());

  private Drift() {}

  /// A reason that this version does not know counts: it is a denial of a session all the same.
  static boolean counts(AuditRecord record) {
    return record.hasDecision()
        && !record.getDecision().getPermitted()
        && !record.getSessionId().isEmpty()
        && !NOT_THE_AGENTS.contains(record.getDecision().getReason());
  }
}
