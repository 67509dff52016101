package dev.ambit.proxy.attacks;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Axes;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.testing.Samples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// The envelope of the matrix, to which a case may add: targets with one grant each. Every call is
/// counted, so that what is charged can be compared with what arrives.
final class EnvelopeZero {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private final SessionId id;
  private final List<Target> targets = new ArrayList<>();
  private final List<Grant> grants = new ArrayList<>();
  private Sharing sharing = Sharing.EXCLUSIVE;
  private long calls = 1_000_000;

  EnvelopeZero(SessionId id) {
    this.id = id;
  }

  /// GET and POST of one path, with the canary.
  EnvelopeZero withCanary(
      String name, Protocol protocol, String host, int port, UpstreamRoots roots, String... paths) {
    var narrow = new TreeMap<String, List<String>>();
    narrow.put("scopes", List.of("items:read"));
    return add(
        target(name, protocol, host, port, roots, AddressRules.PUBLIC),
        Set.of("GET", "POST"),
        new CredentialRef("oauth", narrow),
        paths);
  }

  /// Every method, without a credential.
  EnvelopeZero bare(
      String name, Protocol protocol, String host, int port, UpstreamRoots roots, String... paths) {
    return add(
        target(name, protocol, host, port, roots, AddressRules.PUBLIC), METHODS, null, paths);
  }

  /// Whole connections, of which nothing is read.
  EnvelopeZero opaque(String name, Protocol protocol, String host, int port) {
    targets.add(
        target(name, protocol, host, port, new UpstreamRoots.SystemRoots(), AddressRules.PUBLIC));
    grants.add(new Grant(name, name, Set.of(), List.of(), OptionalLong.empty(), null));
    return this;
  }

  /// Plain HTTP without a credential, under these address rules.
  EnvelopeZero addressed(String name, String host, int port, AddressRules rules) {
    return add(
        target(name, Protocol.HTTP, host, port, new UpstreamRoots.SystemRoots(), rules),
        METHODS,
        null,
        "/v1/**");
  }

  /// Every method of plain HTTP, if it also is so.
  EnvelopeZero asking(String name, String host, int port, Axes axes, String path) {
    var target =
        target(
            name, Protocol.HTTP, host, port, new UpstreamRoots.SystemRoots(), AddressRules.PUBLIC);
    targets.add(target);
    grants.add(
        new Grant(
            name,
            name,
            METHODS,
            List.of(PathTemplate.parse(path).orThrow()),
            OptionalLong.empty(),
            null,
            axes));
    return this;
  }

  /// WebSockets over plain HTTP.
  EnvelopeZero webSocket(String name, String host, int port, String path) {
    targets.add(
        target(
            name, Protocol.HTTP, host, port, new UpstreamRoots.SystemRoots(), AddressRules.PUBLIC));
    grants.add(
        new Grant(
            name,
            name,
            Set.of("GET"),
            List.of(PathTemplate.parse(path).orThrow()),
            OptionalLong.empty(),
            null,
            Axes.NONE,
            true));
    return this;
  }

  EnvelopeZero byHandle() {
    sharing = Sharing.BY_HANDLE;
    return this;
  }

  /// A budget of the session.
  EnvelopeZero calls(long most) {
    calls = most;
    return this;
  }

  /// Without a budget: calls reserve nothing.
  EnvelopeZero uncounted() {
    calls = 0;
    return this;
  }

  Envelope build() {
    return new Envelope(
        id,
        "items",
        Samples.WORKLOAD,
        Binding.IDENTITY,
        sharing,
        InstantSource.system().instant().plus(Duration.ofHours(1)),
        Duration.ZERO,
        calls == 0 ? OptionalLong.empty() : OptionalLong.of(calls),
        targets,
        grants,
        List.of());
  }

  private EnvelopeZero add(
      Target target,
      Set<String> methods,
      @org.jspecify.annotations.Nullable CredentialRef credential,
      String... paths) {
    targets.add(target);
    var templates = Arrays.stream(paths).map(path -> PathTemplate.parse(path).orThrow()).toList();
    grants.add(
        new Grant(
            target.name(), target.name(), methods, templates, OptionalLong.empty(), credential));
    return this;
  }

  private static Target target(
      String name,
      Protocol protocol,
      String host,
      int port,
      UpstreamRoots roots,
      AddressRules rules) {
    return new Target(
        name, List.of(HostPattern.parse(host).orThrow()), Set.of(port), protocol, rules, roots);
  }
}
