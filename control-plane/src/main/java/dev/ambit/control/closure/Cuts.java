package dev.ambit.control.closure;

import dev.ambit.control.session.Seat;
import java.time.Instant;
import java.util.List;

/// Tells whether every proxy has stopped serving a session that ended. Implemented by `publish`.
public interface Cuts {
  /// Stands for a first version that is not looked up: whoever could act on any session counts.
  long ANY = 0;

  /// Waits until every proxy that could still act on a session of the seat has acknowledged its end
  /// at `version` or has no lease any more. Blocks, at most for the longest lease that was granted.
  /// After a restart of the control plane, proxies it has not heard of yet count as holding the
  /// longest lease granted before.
  ///
  /// @param opened the session's first version: who was never told of it could not act on it
  CutReport await(Seat seat, long opened, long version) throws InterruptedException;

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
