package dev.ambit.envelope;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One envelope, compiled. Pure and immutable: the same call at the same instant gets the same
/// answer, on any thread.
public final class Rules {
  private static final int WEB_SOCKET = 1 << Call.METHODS.size();

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

  /// Decides one call: not expired, target known and not too sensitive, deny rules, then the grants
  /// in document order; the first that matches on every axis permits, else the nearest miss is
  /// told. Where that grant asks for a body that was not read, the answer is to read it.
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

  /// Whether some target holds the host, at whatever port. Asked before its name is looked up for
  /// the agent.
  public boolean holds(String host) {
    return index.holds(host);
  }

  /// Whether some target of opaque TCP holds the host, at whatever port: then nothing but its
  /// address will tell where a connection leads.
  public boolean holdsOpaque(String host) {
    return index.holds(host, Protocol.TCP);
  }

  private record Forbidden(DenyRule rule, Decision.Denied answer) {}

  /// A grant with its methods as bits by their place in [Call#METHODS]; to open a WebSocket is a
  /// method of its own, so that no grant of HTTP permits it, and no grant of it permits HTTP.
  private record Permitting(
      int methods,
      List<PathTemplate> paths,
      Axes axes,
      @Nullable BodyShape body,
      Decision.Permitted answer,
      Decision.NeedsBody question) {
    static Permitting of(Target target, Grant grant) {
      var rule = grant.axes().body();
      return new Permitting(
          grant.webSocket() ? WEB_SOCKET : grant.methods().stream().mapToInt(Rules::bit).sum(),
          grant.paths(),
          grant.axes(),
          rule == null ? null : new BodyShape(rule),
          new Decision.Permitted(target, grant),
          new Decision.NeedsBody(target, grant));
    }

    boolean ofWebSocket() {
      return methods == WEB_SOCKET;
    }

    /// Whether its axes are to be asked: it has the method and path, or the call has neither.
    boolean reaches(int method, Call call) {
      return call.opaque() || (hasMethod(method) && hasPath(call.path()));
    }

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

  /// On what a grant with the method and path fails, from what is asked first to what is asked
  /// last.
  private enum Miss {
    QUERY(Reason.QUERY_NOT_GRANTED),
    HEADER(Reason.HEADER_NOT_GRANTED),
    CONDITION(Reason.CONDITION_FALSE),
    BODY(Reason.BODY_NOT_GRANTED),
    /// On nothing yet: the body is to be read.
    UNREAD(null),
    /// On nothing.
    NONE(null);

    private final @Nullable Reason reason;

    Miss(@Nullable Reason reason) {
      this.reason = reason;
    }
  }

  /// One that no grant has where the call has no method.
  private static int bit(String method) {
    return 1 << Call.METHODS.indexOf(method);
  }

  /// One target with all that is said about it.
  private static final class Side {
    private final Envelope envelope;
    private final Target target;
    private final Decision.Denied wrongProtocol;
    private final Decision.@Nullable Denied tooSensitive;
    private final List<Forbidden> rules = new ArrayList<>();
    private final List<Permitting> grants = new ArrayList<>();

    Side(Target target, Envelope envelope) {
      this.envelope = envelope;
      this.target = target;
      this.tooSensitive =
          target.sensitivity().compareTo(envelope.ceiling()) > 0
              ? denied(Reason.SENSITIVITY_EXCEEDED, Nearby.ceiling(target, envelope.ceiling()))
              : null;
      this.wrongProtocol = denied(Reason.PROTOCOL_NOT_GRANTED, Nearby.protocol(target));
      for (var rule : envelope.denies()) {
        if (rule.target().equals(target.name())) {
          rules.add(new Forbidden(rule, denied(Reason.DENIED_BY_RULE, Nearby.rule(rule))));
        }
      }
      for (var grant : envelope.grants()) {
        if (grant.target().equals(target.name())) {
          grants.add(Permitting.of(target, grant));
        }
      }
    }

    Decision decide(Call call) {
      if (tooSensitive != null) {
        return tooSensitive;
      }
      if (!target.protocol().admits(call)) {
        return wrongProtocol;
      }
      for (var i = 0; i < rules.size(); i++) {
        if (rules.get(i).rule().covers(call)) {
          return rules.get(i).answer();
        }
      }
      var method = call.webSocket() ? WEB_SOCKET : bit(call.method());
      for (var i = 0; i < grants.size(); i++) {
        var grant = grants.get(i);
        if (grant.reaches(method, call)) {
          var miss = miss(grant, call);
          if (miss == Miss.NONE) {
            return grant.answer();
          } else if (miss == Miss.UNREAD) {
            return grant.question();
          }
        }
      }
      return nearestMiss(method, call);
    }

    /// The first axis on which a grant with the call's method and path fails; what can be judged
    /// only by reading the body comes last.
    private Miss miss(Permitting grant, Call call) {
      var axes = grant.axes();
      if (axes.query() != null && !query(axes, call).within(axes.query())) {
        return Miss.QUERY;
      }
      if (axes.headers() != null
          && !Headers.within(axes.headers(), call, axes.agentCredentials())) {
        return Miss.HEADER;
      }
      var condition = axes.condition();
      if (condition != null && !condition.holds(new Scene(envelope, call, target))) {
        return Miss.CONDITION;
      }
      return grant.body() == null ? Miss.NONE : bodyMiss(grant.body(), call);
    }

    private static Miss bodyMiss(BodyShape body, Call call) {
      return switch (call.content()) {
        case Content.None() -> Miss.BODY;
        case Content.Unread() -> Headers.announceJson(call) ? Miss.UNREAD : Miss.BODY;
        case Content.Read(var value) ->
            Headers.announceJson(call) && body.admits(value) ? Miss.NONE : Miss.BODY;
      };
    }

    private static Query query(Axes axes, Call call) {
      var keys = call.keys();
      return axes.agentCredentials() && keys != null ? keys.query() : call.query();
    }

    /// The grant that fails last decides what is told: one with method and path, by the axis it
    /// fails on; else one with the path but another method; else one with the path, but of
    /// WebSocket where the call is none, or the other way round; else one with the method but
    /// another path.
    private Decision nearestMiss(int method, Call call) {
      var path = call.path();
      // Judged once more each, and not once for every axis: a body may be large.
      var misses = new EnumMap<Miss, List<Grant>>(Miss.class);
      for (var grant : grants) {
        if (grant.reaches(method, call)) {
          misses
              .computeIfAbsent(miss(grant, call), _ -> new ArrayList<>())
              .add(grant.answer().grant());
        }
      }
      for (var axis : List.of(Miss.BODY, Miss.CONDITION, Miss.HEADER, Miss.QUERY)) {
        var failing = misses.get(axis);
        if (failing != null && axis.reason != null) {
          return denied(axis.reason, Nearby.axis(axis.reason, target, failing));
        }
      }
      var spoken = call.webSocket();
      var samePath = some(grant -> grant.ofWebSocket() == spoken && grant.hasPath(path));
      if (!samePath.isEmpty()) {
        return denied(Reason.METHOD_NOT_GRANTED, Nearby.methods(target, samePath));
      }
      if (!some(grant -> grant.ofWebSocket() != spoken && grant.hasPath(path)).isEmpty()) {
        return denied(Reason.PROTOCOL_NOT_GRANTED, Nearby.webSocket(target, spoken));
      }
      var sameMethod = some(grant -> grant.hasMethod(method));
      if (!sameMethod.isEmpty()) {
        return denied(Reason.PATH_NOT_GRANTED, Nearby.paths(target, sameMethod));
      }
      var all = some(_ -> true);
      boolean otherwise = !all.isEmpty() && some(g -> g.ofWebSocket() == spoken).isEmpty();
      return denied(
          otherwise ? Reason.PROTOCOL_NOT_GRANTED : Reason.METHOD_NOT_GRANTED,
          Nearby.all(target, all));
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
