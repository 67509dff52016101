package dev.ambit.bench.decision;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// An envelope of 100 grants on one target, so that the last one is the dearest to find.
final class HundredGrants {
  static final int GRANTS = 100;
  static final String HOST = "api.example.com";
  static final Instant EXPIRES = Instant.parse("2100-01-01T00:00:00Z");

  private HundredGrants() {}

  static Envelope envelope() {
    var target =
        new Target(
            "items",
            List.of(HostPattern.parse(HOST).orThrow()),
            Set.of(443),
            Protocol.HTTPS,
            AddressRules.PUBLIC,
            new UpstreamRoots.SystemRoots());
    var grants = new ArrayList<Grant>();
    for (var i = 0; i < GRANTS; i++) {
      grants.add(
          new Grant(
              "grant-" + i,
              target.name(),
              Set.of("GET", "POST"),
              List.of(PathTemplate.parse("/v1/kind" + i + "/{id}/parts/{part}").orThrow()),
              OptionalLong.empty(),
              null));
    }
    return new Envelope(
        new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        "bench",
        "spiffe://example.org/ns/agents/sa/bench",
        Binding.IDENTITY,
        Sharing.EXCLUSIVE,
        EXPIRES,
        Duration.ZERO,
        OptionalLong.empty(),
        List.of(target),
        grants,
        List.of());
  }
}
