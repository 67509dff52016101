package dev.ambit.control.session;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A session as the store holds it, at one version.
///
/// @param envelope the frozen envelope in canonical JSON
/// @param digest SHA-256 over it, hex
/// @param version of the change that made this state; 0 before it was stored
/// @param latestExpiry openedAt and the template's maxTtl at that moment: no extension goes past it
/// @param idle how long it may make no call; zero for no limit
/// @param pod UID of the one pod it is for; empty: every pod of the workload
/// @param handleDigest SHA-256 of the handle's 43 characters as hex; empty for an exclusive session
/// @param suspension why it is SUSPENDED, or was when it ended
/// @param tripwires what suspends it by itself
/// @param lastActivity when a proxy last reported activity; openedAt before that
public record StoredSession(
    SessionId id,
    String template,
    SessionState state,
    Optional<EndReason> endReason,
    String endDetail,
    long version,
    ByteString envelope,
    String digest,
    Instant openedAt,
    Instant expiresAt,
    Instant latestExpiry,
    Optional<Instant> endedAt,
    Optional<Instant> closedAt,
    String opener,
    String workload,
    String pod,
    String onBehalfOf,
    Task task,
    Map<String, String> parameters,
    Sharing sharing,
    Duration idle,
    String handleDigest,
    Instant lastActivity,
    Optional<Suspension> suspension,
    Tripwires tripwires) {
  public StoredSession {
    parameters = Map.copyOf(parameters);
  }

  /// Whose calls it judges.
  public Seat seat() {
    return new Seat(workload, pod);
  }

  /// What a session is for, in the orchestrator's words.
  public record Task(String id, String purpose, String link) {}
}
