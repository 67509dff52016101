package dev.ambit.envelope;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/// Everything one session may do, and until when: resolved, checked and frozen when it is opened.
/// An extension makes a new one.
///
/// @param workload the SPIFFE ID it is addressed to
/// @param calls how many calls the session may make in all; empty for no limit
/// @param idle how long it may make no call; zero for no limit
public record Envelope(
    SessionId session,
    String template,
    String workload,
    Binding binding,
    Sharing sharing,
    Instant expiresAt,
    Duration idle,
    OptionalLong calls,
    List<Target> targets,
    List<Grant> grants,
    List<DenyRule> denies) {
  public Envelope {
    targets = List.copyOf(targets);
    grants = List.copyOf(grants);
    denies = List.copyOf(denies);
  }
}
