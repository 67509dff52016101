package dev.ambit.control.session;

/// Whose calls a session judges: those of a workload, and of it one pod's or all.
///
/// @param workload its SPIFFE ID
/// @param pod UID as the API server knows it; empty: every pod, and what is in none
public record Seat(String workload, String pod) {
  /// Whether a session of this seat is in force at a proxy there. A session of all pods is in force
  /// at each; one of a pod at no proxy whose pod is not known.
  public boolean includes(Seat proxy) {
    return workload.equals(proxy.workload) && (pod.isEmpty() || pod.equals(proxy.pod));
  }

  /// Whether there may be a proxy that both sessions are in force at.
  public boolean overlaps(Seat other) {
    return includes(other) || other.includes(this);
  }
}
