package dev.ambit.control.testing;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Sensitivity;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.resources.SessionTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// A template with one target and one grant, open to whoever its fields say.
public record FakeTemplate(
    String name,
    Binding binding,
    Sharing sharing,
    Duration ttl,
    Duration maxTtl,
    Duration idle,
    Optional<SuspendAfter> suspendAfter,
    SortedSet<String> suspendOn)
    implements SessionTemplate {
  public static final String OPENER = "spiffe://example.org/flows/opener";
  public static final String WORKLOAD = "spiffe://example.org/agents/coder";

  public static FakeTemplate exclusive(String name) {
    return new FakeTemplate(
        name,
        Binding.IDENTITY,
        Sharing.EXCLUSIVE,
        Duration.ofMinutes(30),
        Duration.ofHours(2),
        Duration.ofMinutes(10),
        Optional.empty(),
        new TreeSet<>());
  }

  public FakeTemplate byHandle() {
    return new FakeTemplate(
        name, binding, Sharing.BY_HANDLE, ttl, maxTtl, idle, suspendAfter, suspendOn);
  }

  public FakeTemplate boundTo(Binding other) {
    return new FakeTemplate(name, other, sharing, ttl, maxTtl, idle, suspendAfter, suspendOn);
  }

  public FakeTemplate suspending(long denials, Duration within) {
    var after = Optional.of(new SuspendAfter(denials, within));
    return new FakeTemplate(name, binding, sharing, ttl, maxTtl, idle, after, suspendOn);
  }

  public FakeTemplate suspendingOn(String... keys) {
    var on = new TreeSet<>(List.of(keys));
    return new FakeTemplate(name, binding, sharing, ttl, maxTtl, idle, suspendAfter, on);
  }

  @Override
  public boolean admitsOpener(String caller) {
    return caller.equals(OPENER) || caller.equals("bootstrap");
  }

  @Override
  public boolean admitsWorkload(String spiffeId) {
    return spiffeId.startsWith("spiffe://example.org/agents/");
  }

  @Override
  public String someWorkload() {
    return WORKLOAD;
  }

  @Override
  public Instance instantiate(Order order) {
    if (order.ttl().isPresent() && order.ttl().get().compareTo(ttl) > 0) {
      return new Instance.Refused(
          List.of(new Problem("ttl", order.ttl().get() + " (expected: at most " + ttl + ")")));
    }
    if (order.parameters().containsKey("unknown")) {
      return new Instance.Refused(
          List.of(new Problem("parameters.unknown", "given (expected: one of [])")));
    }
    return new Instance.Frozen(
        new Envelope(
            order.session(),
            name,
            order.workload(),
            binding,
            sharing,
            order.now().plus(order.ttl().orElse(ttl)),
            idle,
            OptionalLong.of(10),
            Sensitivity.RESTRICTED,
            order.facts(),
            List.of(target()),
            List.of(
                new Grant(
                    "read",
                    "api",
                    Set.of("GET"),
                    List.of(ok(PathTemplate.parse("/v1/items/{id}"))),
                    OptionalLong.of(3),
                    new CredentialRef("oauth", new TreeMap<>()))),
            List.of()));
  }

  private static Target target() {
    return new Target(
        "api",
        List.of(ok(HostPattern.parse("api.example.org"))),
        Set.of(443),
        Protocol.HTTPS,
        AddressRules.PUBLIC,
        new UpstreamRoots.SystemRoots());
  }

  private static <T> T ok(Parsed<T> parsed) {
    return switch (parsed) {
      case Parsed.Ok<T>(T value) -> value;
      case Parsed.Malformed<T>(String why) -> throw new AssertionError(why);
    };
  }
}
