package dev.ambit.resources;

import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Target;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// One checked set of resources, by name. Immutable.
///
/// @param digest SHA-256 over the files in name order and the certificates that targets name, hex;
///   tells sets apart
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

  /// Why this set's Policy does not allow a frozen envelope any more, for closing its session as
  /// `policy_changed`; empty while it does.
  ///
  /// @param openedAt when the session was opened, from which `maxTtl` counts
  public Optional<String> forbids(Envelope envelope, Instant openedAt) {
    return policy.forbids(envelope, openedAt);
  }
}
