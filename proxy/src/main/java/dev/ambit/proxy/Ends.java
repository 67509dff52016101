package dev.ambit.proxy;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.audit.Journal;
import dev.ambit.proxy.metrics.CallMetrics;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Session;
import java.util.Optional;

/// Tells the journal first, then the counters.
record Ends(Journal journal, CallMetrics metrics) implements CallLog {
  @Override
  public void permitted(Arrival arrival, Session session, String target, String grant) {
    journal.permitted(arrival, session, target, grant);
    metrics.permitted(arrival, session, target, grant);
  }

  @Override
  public void ended(Arrival arrival, CallEnd end) {
    journal.ended(arrival, end);
    metrics.ended(arrival, end);
  }

  @Override
  public void refused(
      CallId id, Optional<Authority> authority, String method, Denial denial, int status) {
    journal.refused(id, authority, method, denial, status);
    metrics.refused(id, authority, method, denial, status);
  }
}
