package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.Target;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Lease;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Says whether a tunnel may be opened: only to an authority that some target of a live session
/// holds, so that no leaf is minted for any other (INV-10). Every call inside is judged anew.
public final class TunnelGate {
  private final Supplier<SessionImage> image;
  private final Lease lease;

  public TunnelGate(Supplier<SessionImage> image, Lease lease) {
    this.image = image;
    this.lease = lease;
  }

  Optional<Denial> objection(Authority authority) {
    return objection(rules -> rules.target(authority).isPresent());
  }

  /// What its targets speak, in all live sessions.
  Set<Protocol> protocols(Authority authority) {
    var spoken = EnumSet.noneOf(Protocol.class);
    for (var session : image.get().sessions().values()) {
      session.rules().target(authority).ifPresent(target -> spoken.add(target.protocol()));
    }
    return spoken;
  }

  /// What is relayed to the authority without being read; empty where calls are judged one by one.
  /// It is as the session says that the connection belongs to; where it is no one's, as all that
  /// know the authority say.
  Optional<Protocol> opaque(Authority authority, Optional<Session> owner) {
    var spoken =
        owner
            .map(session ->
                session.rules().target(authority).map(Target::protocol).stream()
                    .collect(Collectors.toSet()))
            .orElseGet(() -> protocols(authority));
    return spoken.size() == 1
        ? spoken.stream().filter(Protocol::opaque).findFirst()
        : Optional.empty();
  }

  /// Whether nothing but its address will tell that a connection leads to this host.
  public boolean holdsOpaque(String host) {
    return image.get().sessions().values().stream()
        .anyMatch(session -> session.rules().holdsOpaque(host));
  }

  /// The hosts of opaque TCP that are no wildcards.
  public Set<String> opaqueHosts() {
    return image.get().sessions().values().stream()
        .flatMap(session -> session.rules().envelope().targets().stream())
        .filter(target -> target.protocol() == Protocol.TCP)
        .flatMap(target -> target.hosts().stream())
        .filter(host -> !host.isWildcard() && !host.isLiteral())
        .map(HostPattern::text)
        .collect(Collectors.toSet());
  }

  /// As [#objection], for a host at whatever port, before its name is looked up for the agent.
  public Optional<Denial> objectionToHost(String host) {
    return objection(rules -> rules.holds(host));
  }

  private Optional<Denial> objection(Predicate<Rules> holds) {
    if (!lease.held()) {
      return denial(Reason.LEASE_LOST, "The proxy has no lease from its control plane.");
    }
    var now = image.get();
    if (now.sessions().isEmpty()) {
      return denial(
          newestEnd(now).orElse(Reason.NO_SESSION), "No session is active for this workload.");
    }
    boolean known =
        now.sessions().values().stream().anyMatch(session -> holds.test(session.rules()));
    return known
        ? Optional.empty()
        : denial(Reason.TARGET_UNKNOWN, "No target of this workload's sessions has this address.");
  }

  /// What ended last, unless one is open that is refused; identifiers sort by time.
  private static Optional<Reason> newestEnd(SessionImage now) {
    if (!now.refused().isEmpty()) {
      return Optional.empty();
    }
    return now.ended().entrySet().stream()
        .max(Comparator.comparing(ended -> ended.getKey().value()))
        .map(ended -> ended.getValue().reason());
  }

  private static Optional<Denial> denial(Reason reason, String detail) {
    return Optional.of(new Denial(reason, Optional.empty(), "", detail, 0));
  }
}
