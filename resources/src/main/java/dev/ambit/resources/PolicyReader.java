package dev.ambit.resources;

import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Parsed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/// Reads the `spec` of a Policy.
final class PolicyReader {
  static final Duration TTL_MAX = Duration.ofDays(7);
  private static final int NEVER_MAX = 1_000;

  private PolicyReader() {}

  static Optional<Policy> read(Section spec) {
    var before = spec.findings().count();
    spec.unbuilt("approvalRequiredAbove");
    var maxTtl = spec.duration("maxTtl", Duration.ofSeconds(1), TTL_MAX);
    var never = new ArrayList<HostPattern>();
    for (var item : spec.optionalTexts("neverTargets", NEVER_MAX)) {
      switch (HostPattern.parse(item.text())) {
        case Parsed.Ok<HostPattern>(HostPattern host) -> never.add(host);
        case Parsed.Malformed<HostPattern>(String why) ->
            spec.findings().add(item.place(), Findings.shown(item.text()) + ": " + why);
      }
    }
    spec.close();
    return spec.findings().count() > before
        ? Optional.empty()
        : Optional.of(new Policy(maxTtl.orElse(TTL_MAX), never));
  }
}
