package dev.ambit.envelope;

import java.util.Locale;

/// Why a call is denied. A closed list: metric label, audit field and problem type at once
/// (envelope.md).
public enum Reason {
  LEASE_LOST,
  NO_SESSION,
  SESSION_AMBIGUOUS,
  SESSION_SUSPENDED,
  SESSION_ENDED,
  SESSION_EXPIRED,
  SESSION_IDLE,
  TARGET_UNKNOWN,
  AUTHORITY_MISMATCH,
  ADDRESS_FORBIDDEN,
  PROTOCOL_NOT_GRANTED,
  METHOD_NOT_GRANTED,
  PATH_NOT_GRANTED,
  DENIED_BY_RULE,
  BUDGET_EXHAUSTED,
  CONTROL_UNAVAILABLE,
  CREDENTIAL_UNAVAILABLE,
  AUDIT_UNAVAILABLE,
  MALFORMED,
  LIMIT_EXCEEDED,
  UNSUPPORTED,
  SHUTTING_DOWN;

  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
