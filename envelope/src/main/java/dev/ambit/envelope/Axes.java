package dev.ambit.envelope;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a grant asks of a call beyond method and path. What is null asks nothing.
///
/// @param query by parameter name; no other may be there, and each at most once
/// @param headers by name in lower case, likewise
/// @param body what the JSON body must be
/// @param condition what must be true
/// @param agentCredentials whether keys that the agent brings itself are passed on; they are judged
///   like everything else
public record Axes(
    @Nullable SortedMap<String, Constraint> query,
    @Nullable SortedMap<String, Constraint> headers,
    @Nullable BodyRule body,
    @Nullable Condition condition,
    boolean agentCredentials) {
  /// Names on one axis.
  public static final int NAMES_MAX = 64;

  public static final Axes NONE = new Axes(null, null, null, null, false);

  private static final int NAME_MAX = 128;

  public Axes {
    query = query == null ? null : sorted("query", query);
    headers = headers == null ? null : sorted("headers", headers);
    if (headers != null) {
      for (var name : headers.keySet()) {
        if (!name.equals(name.toLowerCase(Locale.ROOT))) {
          throw new IllegalArgumentException("headers: upper case (expected: lower case)");
        }
      }
    }
  }

  /// Whether it asks nothing of what is said in a call.
  boolean conditionAlone() {
    return query == null && headers == null && body == null && !agentCredentials;
  }

  /// Whether it may name a parameter or header: visible ASCII, nothing that a query is cut at.
  public static boolean name(String name) {
    return !name.isEmpty()
        && name.length() <= NAME_MAX
        && Ascii.visible(name)
        && name.chars().allMatch(c -> "&=#+%;,:\"".indexOf(c) < 0);
  }

  private static SortedMap<String, Constraint> sorted(
      String axis, Map<String, Constraint> constraints) {
    if (constraints.size() > NAMES_MAX) {
      throw new IllegalArgumentException(
          axis + ": " + constraints.size() + " names (expected: at most 64)");
    }
    for (var name : constraints.keySet()) {
      if (!name(name)) {
        throw new IllegalArgumentException(axis + ": no name (expected: visible ASCII)");
      }
    }
    return Collections.unmodifiableSortedMap(new TreeMap<>(constraints));
  }
}
