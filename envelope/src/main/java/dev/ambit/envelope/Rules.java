package dev.ambit.envelope;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// One envelope, compiled. Pure and immutable: the same call at the same instant gets the same
/// answer, on any thread.
public final class Rules {
  private final Envelope envelope;
  private final TargetIndex index;
  private final Map<String, Side> sides = new HashMap<>();
  private final Decision.Denied expired;
  private final Decision.Denied unknown;

  private Rules(Envelope envelope) {
    this.envelope = envelope;
    this.index = TargetIndex.of(envelope.targets());
    for (var target : envelope.targets()) {
      sides.put(target.name(), new Side(target, envelope));
    }
    this.expired =
        new Decision.Denied(
            Reason.SESSION_EXPIRED, "", "This session expired at " + envelope.expiresAt() + ".");
    this.unknown =
        new Decision.Denied(Reason.TARGET_UNKNOWN, "", Nearby.destinations(envelope.targets()));
  }

  public static Rules of(Envelope envelope) {
    return new Rules(envelope);
  }

  public Envelope envelope() {
    return envelope;
  }

  /// Decides one call: not expired, target known, deny rules, then the grants in document order;
  /// the first that matches on every axis permits, else the nearest miss is told.
  public Decision decide(Call call, Instant now) {
    if (!now.isBefore(envelope.expiresAt())) {
      return expired;
    }
    var authority = call.authority();
    var target = index.find(authority.host(), authority.port());
    var side = target == null ? null : sides.get(target.name());
    if (side == null) {
      return unknown;
    }
    return side.decide(call);
  }

  /// The target that holds this authority's host and port (whatever the scheme). Asked before a
  /// leaf is minted.
  public Optional<Target> target(Authority authority) {
    return Optional.ofNullable(index.find(authority.host(), authority.port()));
  }

  private record Forbidden(DenyRule rule, Decision.Denied answer) {}

  /// One target with all that is said about it.
  private static final class Side {
    private final Target target;
    private final Decision.Denied wrongScheme;
    private final List<Forbidden> rules = new ArrayList<>();
    private final List<Decision.Permitted> grants = new ArrayList<>();

    Side(Target target, Envelope envelope) {
      this.target = target;
      this.wrongScheme = denied(Reason.PROTOCOL_NOT_GRANTED, Nearby.scheme(target));
      for (var rule : envelope.denies()) {
        if (rule.target().equals(target.name())) {
          rules.add(new Forbidden(rule, denied(Reason.DENIED_BY_RULE, Nearby.rule(rule))));
        }
      }
      for (var grant : envelope.grants()) {
        if (grant.target().equals(target.name())) {
          grants.add(new Decision.Permitted(target, grant));
        }
      }
    }

    Decision decide(Call call) {
      if (call.authority().scheme() != target.scheme()) {
        return wrongScheme;
      }
      for (var forbidden : rules) {
        if (forbidden.rule().covers(call)) {
          return forbidden.answer();
        }
      }
      for (var permitted : grants) {
        var grant = permitted.grant();
        if (grant.methods().contains(call.method()) && grant.coversPath(call.path())) {
          return permitted;
        }
      }
      return nearestMiss(call);
    }

    /// The grant that fails last decides what is told: one with the path but another method, else
    /// one with the method but another path.
    private Decision nearestMiss(Call call) {
      var samePath = grants(grant -> grant.coversPath(call.path()));
      if (!samePath.isEmpty()) {
        return denied(Reason.METHOD_NOT_GRANTED, Nearby.methods(target, samePath));
      }
      var sameMethod = grants(grant -> grant.methods().contains(call.method()));
      if (!sameMethod.isEmpty()) {
        return denied(Reason.PATH_NOT_GRANTED, Nearby.paths(target, sameMethod));
      }
      return denied(Reason.METHOD_NOT_GRANTED, Nearby.all(target, grants(_ -> true)));
    }

    private List<Grant> grants(Predicate<Grant> wanted) {
      return grants.stream().map(Decision.Permitted::grant).filter(wanted).toList();
    }

    private Decision.Denied denied(Reason reason, String detail) {
      return new Decision.Denied(reason, target.name(), detail);
    }
  }
}
