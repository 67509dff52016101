package dev.ambit.envelope;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The sentence that a refused caller reads: what is granted nearby. Built from the envelope alone,
/// so that nothing an agent chose comes back in it, and short: at most five of anything.
final class Nearby {
  static final int NAMED_MAX = 5;

  private static final int CHARS_MAX = 120;

  /// Of all that one grant says of an axis.
  private static final int AXIS_CHARS_MAX = 400;

  private Nearby() {}

  static String destinations(List<Target> targets) {
    var named = new LinkedHashSet<String>();
    for (var target : targets) {
      for (var host : target.hosts()) {
        for (var port : target.ports()) {
          named.add(target.scheme().text() + "://" + host.text() + ":" + port);
        }
      }
    }
    return named.isEmpty()
        ? "This session may call nothing."
        : "No target of this session is there; it may call " + some(named) + ".";
  }

  static String protocol(Target target) {
    return "Target " + target.name() + " is granted over " + target.protocol().text() + " only.";
  }

  /// Grants that have the path, but only the one of HTTP and WebSocket that is not spoken.
  static String webSocket(Target target, boolean spoken) {
    return "On this path of target "
        + target.name()
        + (spoken ? ", no WebSocket is granted." : ", nothing but WebSocket is granted.");
  }

  static String rule(DenyRule rule) {
    var methods = rule.methods().isEmpty() ? "every method" : some(rule.methods());
    var paths = rule.paths().isEmpty() ? "every path" : some(texts(rule.paths()));
    return "A rule forbids " + methods + " on " + paths + " of target " + rule.target() + ".";
  }

  /// Grants that have the path, but not the method.
  static String methods(Target target, List<Grant> grants) {
    if (target.protocol() == Protocol.GRPC) {
      return grpc(target, grants);
    }
    var methods = new TreeSet<String>();
    grants.forEach(grant -> methods.addAll(grant.methods()));
    return "On this path of target " + target.name() + ", granted is " + some(methods) + ".";
  }

  /// Grants that have the method, but not the path.
  static String paths(Target target, List<Grant> grants) {
    if (target.protocol() == Protocol.GRPC) {
      return grpc(target, grants);
    }
    var asked =
        grants.getFirst().webSocket() ? "By WebSocket on target " : "With this method on target ";
    return asked + target.name() + ", granted is " + some(paths(grants)) + ".";
  }

  static String all(Target target, List<Grant> grants) {
    if (target.protocol() == Protocol.GRPC && !grants.isEmpty()) {
      return grpc(target, grants);
    }
    var each = new LinkedHashSet<String>();
    for (var grant : grants) {
      var how = grant.webSocket() ? "WebSocket" : String.join(", ", grant.methods());
      each.add(how + " " + some(paths(List.of(grant))));
    }
    return each.isEmpty()
        ? "Nothing is granted on target " + target.name() + "."
        : "On target " + target.name() + ", granted is " + some(each) + ".";
  }

  /// The methods of gRPC that are granted, as they are written in a grant.
  private static String grpc(Target target, List<Grant> grants) {
    var terms = new LinkedHashSet<String>();
    for (var path : paths(grants)) {
      int last = path.lastIndexOf('/');
      terms.add(
          path.startsWith("{", last + 1) ? path.substring(1, last) + "/*" : path.substring(1));
    }
    return "On target " + target.name() + ", granted is " + some(terms) + ".";
  }

  static String ceiling(Target target, Sensitivity ceiling) {
    return "Target "
        + target.name()
        + " is "
        + target.sensitivity().word()
        + "; this session may go up to "
        + ceiling.word()
        + ".";
  }

  /// Grants that have method and path, but fail on one axis.
  static String axis(Reason reason, Target target, List<Grant> grants) {
    var each = new LinkedHashSet<String>();
    for (var grant : grants.subList(0, Math.min(grants.size(), NAMED_MAX + 1))) {
      var axes = grant.axes();
      var body = axes.body();
      switch (reason) {
        case QUERY_NOT_GRANTED -> each.add(named("in the query", axes.query()));
        case HEADER_NOT_GRANTED -> each.add(named("in the headers", axes.headers()));
        case BODY_NOT_GRANTED ->
            each.add(
                named("in a body of JSON", body == null ? null : body.members())
                    + (body != null && body.additional() ? ", and other members" : ""));
        default -> each.add("grant " + grant.name() + " while its condition holds");
      }
    }
    return (target.protocol().opaque() ? "On target " : "On this path of target ")
        + target.name()
        + ", granted is "
        + some(each, AXIS_CHARS_MAX)
        + ".";
  }

  private static String named(String where, @Nullable SortedMap<String, Constraint> constraints) {
    var each = new LinkedHashSet<String>();
    if (constraints != null) {
      constraints.forEach((name, constraint) -> each.add(named(name, constraint)));
    }
    return where + " " + (each.isEmpty() ? "nothing" : some(each));
  }

  private static String named(String name, Constraint constraint) {
    var words = constraint.words();
    if (constraint.optional()) {
      words = words.isEmpty() ? "optional" : "optional, " + words;
    }
    return words.isEmpty() ? name : name + " (" + words + ")";
  }

  private static Set<String> paths(List<Grant> grants) {
    var paths = new LinkedHashSet<String>();
    grants.forEach(grant -> paths.addAll(texts(grant.paths())));
    return paths;
  }

  private static Set<String> texts(List<PathTemplate> paths) {
    var texts = new LinkedHashSet<String>();
    paths.stream().limit(NAMED_MAX + 1L).forEach(path -> texts.add(path.text()));
    return texts;
  }

  private static String some(Set<String> all) {
    return some(all, CHARS_MAX);
  }

  private static String some(Set<String> all, int charsMax) {
    var named = new ArrayList<String>();
    for (var one : all) {
      if (named.size() == NAMED_MAX) {
        return String.join(", ", named) + " and more";
      }
      named.add(one.length() > charsMax ? one.substring(0, charsMax) + "…" : one);
    }
    return String.join(", ", named);
  }
}
