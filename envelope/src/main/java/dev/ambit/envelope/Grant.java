package dev.ambit.envelope;

import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One permitted thing on one target.
///
/// @param methods of [Call#METHODS], in alphabetical order; none, and no path either, on a target
///   whose bytes nobody reads
/// @param calls how many calls it may make in all, at least 1; empty for no budget of its own
/// @param credential what is injected; null for nothing
/// @param axes what it asks beyond method and path
/// @param webSocket whether it permits to open WebSockets, and nothing else; then GET is its method
public record Grant(
    String name,
    String target,
    Set<String> methods,
    List<PathTemplate> paths,
    OptionalLong calls,
    @Nullable CredentialRef credential,
    Axes axes,
    boolean webSocket) {
  /// Paths in one grant.
  public static final int PATHS_MAX = 256;

  public Grant {
    Names.check("grant", name);
    methods = sorted(methods);
    paths = List.copyOf(paths);
    if (methods.isEmpty() != paths.isEmpty() || paths.size() > PATHS_MAX) {
      throw new IllegalArgumentException(
          "grant "
              + name
              + ": methods or paths alone, or too many (expected: both, at most 256 paths)");
    }
    if (methods.isEmpty() && !(credential == null && axes.conditionAlone())) {
      throw new IllegalArgumentException(
          "grant " + name + ": asks for what nobody reads (expected: a condition at most)");
    }
    if (calls.isPresent() && calls.getAsLong() < 1) {
      throw new IllegalArgumentException("grant " + name + ": calls (expected: at least 1)");
    }
    if (webSocket && !(methods.equals(Set.of("GET")) && axes.body() == null)) {
      throw new IllegalArgumentException(
          "grant " + name + ": webSocket with a method or body (expected: GET alone)");
    }
  }

  /// Permits no WebSocket.
  public Grant(
      String name,
      String target,
      Set<String> methods,
      List<PathTemplate> paths,
      OptionalLong calls,
      @Nullable CredentialRef credential,
      Axes axes) {
    this(name, target, methods, paths, calls, credential, axes, false);
  }

  /// Asks nothing beyond method and path.
  public Grant(
      String name,
      String target,
      Set<String> methods,
      List<PathTemplate> paths,
      OptionalLong calls,
      @Nullable CredentialRef credential) {
    this(name, target, methods, paths, calls, credential, Axes.NONE);
  }

  /// Whether it permits whole connections, of which nothing is read.
  public boolean opaque() {
    return methods.isEmpty();
  }

  /// A copy in alphabetical order, so that messages and bytes are the same every time.
  static Set<String> sorted(Set<String> methods) {
    if (!Call.METHODS.containsAll(methods)) {
      throw new IllegalArgumentException("methods: unknown (expected: of " + Call.METHODS + ")");
    }
    return Collections.unmodifiableSet(new TreeSet<>(methods));
  }
}
