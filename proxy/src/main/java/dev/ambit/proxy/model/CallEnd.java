package dev.ambit.proxy.model;

import java.util.List;

/// How one call ended, as the way of the call tells it to [CallLog].
public sealed interface CallEnd {
  /// Status the agent was answered with; 0 when it got none.
  int status();

  /// It was refused: before the intent, or (as not sent) after it, when [Denial] is what the last
  /// check before the first byte said.
  record Denied(Denial denial, int status) implements CallEnd {}

  /// It was permitted, and the way to the upstream failed before or after the intent.
  record Failed(Failure failure, int status) implements CallEnd {}

  /// A stage threw: nobody planned this.
  record Broken(int status) implements CallEnd {}

  /// It was admitted and its exchange has ended.
  ///
  /// @param upstreamStatus what the upstream answered; 0 when it did not
  /// @param failedStage code of the [Failure.Stage] where it failed; empty when it did not
  /// @param notes what was noticed on the way back
  record Completed(
      Result result,
      int status,
      int upstreamStatus,
      long bytesOut,
      long bytesIn,
      String failedStage,
      List<String> notes)
      implements CallEnd {
    public Completed {
      notes = List.copyOf(notes);
    }
  }

  /// It was a connection of which nothing is read, was admitted, and has ended.
  ///
  /// @param reason code of the denial that cut it; empty when none did
  /// @param failedStage as in [Completed]
  record Closed(
      Result result, int status, String reason, long bytesOut, long bytesIn, String failedStage)
      implements CallEnd {}

  /// What became of an admitted call.
  enum Result {
    ANSWERED,
    UPSTREAM_FAILED,
    AGENT_GONE,
    CUT,
    NOT_SENT
  }
}
