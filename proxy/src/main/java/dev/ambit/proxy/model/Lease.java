package dev.ambit.proxy.model;

/// Whether the proxy may act at this instant.
public interface Lease {
  /// True while the lease runs on the monotonic clock and the wall clock has not jumped. Cheap; any
  /// thread.
  boolean held();
}
