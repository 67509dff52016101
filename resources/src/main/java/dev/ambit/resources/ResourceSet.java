package dev.ambit.resources;

import dev.ambit.envelope.Target;
import java.util.Map;

/// One checked set of resources, by name. Immutable.
///
/// @param digest SHA-256 over the files in name order, hex; tells sets apart
public record ResourceSet(
    String digest,
    Map<String, Target> targets,
    Map<String, ProviderSpec> providers,
    Map<String, SessionTemplate> templates,
    Policy policy) {
  public ResourceSet {
    targets = Map.copyOf(targets);
    providers = Map.copyOf(providers);
    templates = Map.copyOf(templates);
  }
}
