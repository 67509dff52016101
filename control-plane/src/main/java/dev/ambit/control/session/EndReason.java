package dev.ambit.control.session;

/// Why a session ended (envelope.md, "Closing").
public enum EndReason {
  COMPLETED,
  EXPIRED,
  IDLE,
  REVOKED,
  WORKLOAD_GONE,
  POLICY_CHANGED
}
