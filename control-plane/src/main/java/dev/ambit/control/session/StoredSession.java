package dev.ambit.control.session;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.SessionId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A session as the store holds it, at one version.
///
/// @param envelope the frozen envelope in canonical JSON
/// @param digest SHA-256 over it, hex
/// @param version of the change that made this state
/// @param handleDigest SHA-256 of the handle as hex; empty for an exclusive session
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
    Optional<Instant> endedAt,
    Optional<Instant> closedAt,
    String opener,
    String workload,
    String onBehalfOf,
    Task task,
    Map<String, String> parameters,
    String handleDigest,
    Instant lastActivity) {
  public StoredSession {
    parameters = Map.copyOf(parameters);
  }

  /// What a session is for, in the orchestrator's words.
  public record Task(String id, String purpose, String link) {}
}
