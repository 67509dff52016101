package dev.ambit.proxy.model;

import dev.ambit.envelope.SessionId;

/// What the record of a permit says: made by `admit`, durable before the first byte goes upstream.
///
/// @param address where it will be sent
/// @param dialledElsewhere whether the agent, caught on its way, had dialled another one
/// @param credentialId the credential that goes with it; empty for none
/// @param passesKeys whether keys that the agent brought itself go with it
public record Intent(
    Arrival arrival,
    SessionImage image,
    Session session,
    String target,
    String grant,
    String address,
    boolean dialledElsewhere,
    String credentialId,
    boolean passesKeys) {
  public SessionId sessionId() {
    return session.id();
  }
}
