package dev.ambit.resources;

import dev.ambit.envelope.HostPattern;
import java.time.Duration;
import java.util.List;

/// Guard rails that no template may exceed; the strictest of all Policy resources of a set.
public record Policy(Duration maxTtl, List<HostPattern> neverTargets) {
  public Policy {
    neverTargets = List.copyOf(neverTargets);
  }
}
