package dev.ambit.envelope;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;

/// Everything one session may do, and until when: resolved, checked and frozen when it is opened.
/// An extension makes a new one. Consistent in itself: names are unique, grants and rules speak of
/// targets that are in it, and no two targets hold the same host and port.
///
/// @param workload the SPIFFE ID it is addressed to
/// @param calls how many calls the session may make in all, at least 1; empty for no limit
/// @param idle how long it may make no call; zero for no limit
/// @param ceiling the most sensitive targets that may be called
/// @param facts what conditions may ask about
public record Envelope(
    SessionId session,
    String template,
    String workload,
    Binding binding,
    Sharing sharing,
    Instant expiresAt,
    Duration idle,
    OptionalLong calls,
    Sensitivity ceiling,
    SessionFacts facts,
    List<Target> targets,
    List<Grant> grants,
    List<DenyRule> denies) {
  private static final int WORKLOAD_MAX = 2_048;

  public Envelope {
    targets = List.copyOf(targets);
    grants = List.copyOf(grants);
    denies = List.copyOf(denies);
    Names.check("template", template);
    if (!workload.startsWith("spiffe://")
        || workload.length() > WORKLOAD_MAX
        || !Ascii.visible(workload)) {
      throw new IllegalArgumentException("workload: no SPIFFE ID (expected: spiffe://…)");
    }
    if (idle.isNegative()) {
      throw new IllegalArgumentException("idle: " + idle + " (expected: zero or more)");
    }
    if (calls.isPresent() && calls.getAsLong() < 1) {
      throw new IllegalArgumentException("calls: " + calls + " (expected: at least 1)");
    }
    checkNames(targets, grants, denies);
  }

  /// Of a session of which nothing is known and that may call targets of every sensitivity.
  public Envelope(
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
    this(
        session,
        template,
        workload,
        binding,
        sharing,
        expiresAt,
        idle,
        calls,
        Sensitivity.RESTRICTED,
        SessionFacts.NONE,
        targets,
        grants,
        denies);
  }

  /// The same until another instant.
  public Envelope withExpiry(Instant next) {
    return copy(next, facts);
  }

  /// The same with other facts, as after a change of the context.
  public Envelope withFacts(SessionFacts next) {
    return copy(expiresAt, next);
  }

  private Envelope copy(Instant nextExpiry, SessionFacts nextFacts) {
    return new Envelope(
        session,
        template,
        workload,
        binding,
        sharing,
        nextExpiry,
        idle,
        calls,
        ceiling,
        nextFacts,
        targets,
        grants,
        denies);
  }

  private static void checkNames(List<Target> targets, List<Grant> grants, List<DenyRule> denies) {
    var targetNames = new HashSet<String>();
    var opaque = new HashSet<String>();
    for (var target : targets) {
      check(targetNames.add(target.name()), "target", target.name(), "one of each name");
      if (target.protocol().opaque()) {
        opaque.add(target.name());
      }
    }
    var grantNames = new HashSet<String>();
    for (var grant : grants) {
      check(grantNames.add(grant.name()), "grant", grant.name(), "one of each name");
      check(targetNames.contains(grant.target()), "grant", grant.name(), "a target that exists");
      check(
          grant.opaque() == opaque.contains(grant.target()),
          "grant",
          grant.name(),
          "methods and paths, but not on an opaque target");
    }
    for (var rule : denies) {
      check(targetNames.contains(rule.target()), "deny", rule.target(), "a target that exists");
      check(
          rule.whole() || !opaque.contains(rule.target()),
          "deny",
          rule.target(),
          "no method or path on an opaque target");
    }
    for (var conflict : TargetIndex.of(targets).conflicts()) {
      check(false, "target", conflict.target().name(), "a host and port of its own");
    }
  }

  private static void check(boolean holds, String what, String name, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + name + " (expected: " + expected + ")");
    }
  }
}
