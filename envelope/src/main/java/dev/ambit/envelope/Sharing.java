package dev.ambit.envelope;

/// How a call finds its session among those of one workload.
public enum Sharing {
  /// The workload's calls are the session's calls; there is no other beside it.
  EXCLUSIVE,
  /// Only calls that present the session's handle are its calls.
  BY_HANDLE
}
