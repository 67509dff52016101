package dev.ambit.envelope;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The sentence that a refused caller reads: what is granted nearby. Built from the envelope alone,
/// so that nothing an agent chose comes back in it, and short: at most five of anything.
final class Nearby {
  static final int NAMED_MAX = 5;

  private static final int CHARS_MAX = 120;

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

  static String scheme(Target target) {
    return "Target " + target.name() + " is granted over " + target.scheme().text() + " only.";
  }

  static String rule(DenyRule rule) {
    var methods = rule.methods().isEmpty() ? "every method" : some(rule.methods());
    var paths = rule.paths().isEmpty() ? "every path" : some(texts(rule.paths()));
    return "A rule forbids " + methods + " on " + paths + " of target " + rule.target() + ".";
  }

  /// Grants that have the path, but not the method.
  static String methods(Target target, List<Grant> grants) {
    var methods = new TreeSet<String>();
    grants.forEach(grant -> methods.addAll(grant.methods()));
    return "On this path of target " + target.name() + ", granted is " + some(methods) + ".";
  }

  /// Grants that have the method, but not the path.
  static String paths(Target target, List<Grant> grants) {
    return "With this method on target "
        + target.name()
        + ", granted is "
        + some(paths(grants))
        + ".";
  }

  static String all(Target target, List<Grant> grants) {
    var each = new LinkedHashSet<String>();
    for (var grant : grants) {
      each.add(String.join(", ", grant.methods()) + " " + some(paths(List.of(grant))));
    }
    return each.isEmpty()
        ? "Nothing is granted on target " + target.name() + "."
        : "On target " + target.name() + ", granted is " + some(each) + ".";
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
    var named = new ArrayList<String>();
    for (var one : all) {
      if (named.size() == NAMED_MAX) {
        return String.join(", ", named) + " and more";
      }
      named.add(one.length() > CHARS_MAX ? one.substring(0, CHARS_MAX) + "…" : one);
    }
    return String.join(", ", named);
  }
}
