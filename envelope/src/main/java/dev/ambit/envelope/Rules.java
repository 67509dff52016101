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

  /// A grant with its methods as bits by their place in [Call#METHODS].
  private record Permitting(int methods, List<PathTemplate> paths, Decision.Permitted answer) {
    boolean hasMethod(int method) {
      return (methods & method) != 0;
    }

    boolean hasPath(CanonicalPath path) {
      for (var i = 0; i < paths.size(); i++) {
        if (paths.get(i).matches(path)) {
          return true;
        }
      }
      return false;
    }
  }

  private static int bit(String method) {
    return 1 << Call.METHODS.indexOf(method);
  }

  /// One target with all that is said about it.
  private static final class Side {
    private final Target target;
    private final Decision.Denied wrongScheme;
    private final List<Forbidden> rules = new ArrayList<>();
    private final List<Permitting> grants = new ArrayList<>();

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
          var methods = grant.methods().stream().mapToInt(Rules::bit).sum();
          grants.add(new Permitting(methods, grant.paths(), new Decision.Permitted(target, grant)));
        }
      }
    }

    Decision decide(Call call) {
      if (call.authority().scheme() != target.scheme()) {
        return wrongScheme;
      }
      for (var i = 0; i < rules.size(); i++) {
        if (rules.get(i).rule().covers(call)) {
          return rules.get(i).answer();
        }
      }
      var method = bit(call.method());
      for (var i = 0; i < grants.size(); i++) {
        var grant = grants.get(i);
        if (grant.hasMethod(method) && grant.hasPath(call.path())) {
          return grant.answer();
        }
      }
      return nearestMiss(method, call.path());
    }

    /// The grant that fails last decides what is told: one with the path but another method, else
    /// one with the method but another path.
    private Decision nearestMiss(int method, CanonicalPath path) {
      var samePath = some(grant -> grant.hasPath(path));
      if (!samePath.isEmpty()) {
        return denied(Reason.METHOD_NOT_GRANTED, Nearby.methods(target, samePath));
      }
      var sameMethod = some(grant -> grant.hasMethod(method));
      if (!sameMethod.isEmpty()) {
        return denied(Reason.PATH_NOT_GRANTED, Nearby.paths(target, sameMethod));
      }
      return denied(Reason.METHOD_NOT_GRANTED, Nearby.all(target, some(_ -> true)));
    }

    /// As many as a sentence could name, and one more.
    private List<Grant> some(Predicate<Permitting> wanted) {
      var some = new ArrayList<Grant>();
      for (var i = 0; i < grants.size() && some.size() <= Nearby.NAMED_MAX; i++) {
        if (wanted.test(grants.get(i))) {
          some.add(grants.get(i).answer().grant());
        }
      }
      return some;
    }

    private Decision.Denied denied(Reason reason, String detail) {
      return new Decision.Denied(reason, target.name(), detail);
    }
  }
}
