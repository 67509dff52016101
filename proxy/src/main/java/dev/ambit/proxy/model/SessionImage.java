package dev.ambit.proxy.model;

import dev.ambit.envelope.SessionId;
import java.util.HashMap;
import java.util.Map;

/// Every session this proxy serves, at one version. Immutable, so any thread may read it; `control`
/// alone makes the next.
///
/// @param epoch of the control plane; 0 before the first snapshot
/// @param sessions ACTIVE and SUSPENDED ones
/// @param refused sessions that are not in force although they are open
/// @param ended tombstones: sessions that ended, with what later calls are told
public record SessionImage(
    long epoch,
    long version,
    Map<SessionId, Session> sessions,
    Map<SessionId, Refusal> refused,
    Map<SessionId, Tombstone> ended) {
  public static final SessionImage EMPTY = new SessionImage(0, 0, Map.of(), Map.of());

  public SessionImage {
    sessions = Map.copyOf(sessions);
    refused = Map.copyOf(refused);
    ended = Map.copyOf(ended);
  }

  /// One in which everything open is in force.
  public SessionImage(
      long epoch, long version, Map<SessionId, Session> sessions, Map<SessionId, Tombstone> ended) {
    this(epoch, version, sessions, Map.of(), ended);
  }

  /// The image without sessions whose time is over: what [Enforcer]s are told.
  public SessionImage at(long nanoTime) {
    if (sessions.values().stream().noneMatch(session -> session.expired(nanoTime))) {
      return this;
    }
    var left = new HashMap<>(sessions);
    left.values().removeIf(session -> session.expired(nanoTime));
    return new SessionImage(epoch, version, left, refused, ended);
  }
}
