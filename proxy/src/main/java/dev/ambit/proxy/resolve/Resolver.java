package dev.ambit.proxy.resolve;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Reason;
import dev.ambit.proxy.budget.Reservation;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.scope.Permit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/// Looks an authority's name up once and picks the first address that the rules admit (INV-3,
/// INV-4); forbidden answers are dropped, never raced. An IP literal is judged by the same rules.
public final class Resolver implements Upstreams {
  private final NameServer names;
  private final AddressPolicy policy;
  private final NameQuota quota;

  public Resolver(NameServer names, AddressPolicy policy, LongSupplier nanoTime) {
    this.names = names;
    this.policy = policy;
    this.quota = new NameQuota(nanoTime);
  }

  @Override
  public CompletionStage<Outcome<Route>> resolve(Reservation reservation) {
    var bound = reservation.approval().permit().bound();
    var authority = bound.arrival().call().authority();
    if (authority.isLiteral()) {
      return completedStage(choose(reservation, authority, List.of(literal(authority))));
    }
    return quota.admits(bound.session().id(), authority.host())
        ? names
            .lookup(authority.host())
            .handle((found, thrown) ->
                thrown == null
                    ? choose(reservation, authority, found)
                    : new Outcome.Fail<>(
                        new Failure(
                            Failure.Stage.RESOLVE,
                            false,
                            "The name of the upstream could not be resolved.")))
        : completedStage(tooMany(reservation.approval().permit()));
  }

  private Outcome<Route> tooMany(Permit permit) {
    return new Outcome.Refuse<>(
        new Denial(
            Reason.RATE_LIMITED,
            Optional.of(permit.bound().session()),
            permit.target().name(),
            "The session has had as many names looked up in a minute as it may.",
            quota.secondsLeft()));
  }

  private Outcome<Route> choose(
      Reservation reservation, Authority authority, List<InetAddress> found) {
    var permit = reservation.approval().permit();
    for (var address : found) {
      var candidate = new InetSocketAddress(address, authority.port());
      if (policy.admits(candidate, permit.target().addresses())) {
        return new Outcome.Proceed<>(new Route(reservation, candidate));
      }
    }
    if (found.isEmpty()) {
      return new Outcome.Fail<>(
          new Failure(Failure.Stage.RESOLVE, false, "The name of the upstream has no address."));
    }
    return new Outcome.Refuse<>(
        new Denial(
            Reason.ADDRESS_FORBIDDEN,
            Optional.of(permit.bound().session()),
            permit.target().name(),
            "The target's addresses do not admit where this name leads.",
            0));
  }

  private static InetAddress literal(Authority authority) {
    try {
      return InetAddress.getByAddress(authority.address());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("a literal has 4 or 16 bytes", e);
    }
  }
}
