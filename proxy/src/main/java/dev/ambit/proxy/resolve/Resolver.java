package dev.ambit.proxy.resolve;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Reason;
import dev.ambit.proxy.budget.Reservation;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Outcome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Looks an authority's name up once and picks the first address that the rules admit (INV-3,
/// INV-4); forbidden answers are dropped, never raced. An IP literal is judged by the same rules.
public final class Resolver implements Upstreams {
  private final NameServer names;
  private final AddressPolicy policy;

  public Resolver(NameServer names, AddressPolicy policy) {
    this.names = names;
    this.policy = policy;
  }

  @Override
  public CompletionStage<Outcome<Route>> resolve(Reservation reservation) {
    var authority = reservation.approval().permit().bound().arrival().call().authority();
    return authority.isLiteral()
        ? completedStage(choose(reservation, authority, List.of(literal(authority))))
        : names
            .lookup(authority.host())
            .handle((found, thrown) ->
                thrown == null
                    ? choose(reservation, authority, found)
                    : new Outcome.Fail<>(
                        new Failure(
                            Failure.Stage.RESOLVE,
                            false,
                            "The name of the upstream could not be resolved.")));
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
