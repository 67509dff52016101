package dev.ambit.control.closure;

import dev.ambit.envelope.SessionId;
import java.time.Instant;
import java.util.List;

/// Tells whether every proxy has stopped serving a session that ended. Implemented by `publish`.
public interface Cuts {
  /// Waits until every proxy that could still act on the session has acknowledged its end at
  /// `version` or has no lease any more. Blocks, at most for the longest lease that was granted.
  /// After a restart of the control plane, proxies it has not heard of yet count as holding the
  /// longest lease granted before.
  CutReport await(SessionId session, String workload, long version) throws InterruptedException;

  /// Who stopped, and how that is known.
  record CutReport(List<ProxyCut> proxies) {
    public CutReport {
      proxies = List.copyOf(proxies);
    }
  }

  /// One proxy.
  ///
  /// @param acknowledged true: it said so; false: its lease ran out
  record ProxyCut(String proxyId, boolean acknowledged, Instant at) {}
}
