package dev.ambit.envelope;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One permitted thing on one target.
///
/// @param calls how many calls it may make in all, at least 1; empty for no budget of its own
/// @param credential what is injected; null for nothing
public record Grant(
    String name,
    String target,
    Set<String> methods,
    List<PathTemplate> paths,
    OptionalLong calls,
    @Nullable CredentialRef credential) {
  public Grant {
    methods = Set.copyOf(methods);
    paths = List.copyOf(paths);
  }
}
