package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import java.util.List;

/// How an admitted call ended, for its completion record.
public record Exchange(
    Admitted admitted,
    Result result,
    int upstreamStatus,
    long bytesOut,
    long bytesIn,
    String failedStage,
    List<String> notes) {
  /// What became of it.
  public enum Result {
    ANSWERED,
    UPSTREAM_FAILED,
    AGENT_GONE,
    CUT,
    NOT_SENT
  }

  public Exchange {
    notes = List.copyOf(notes);
  }
}
