package dev.ambit.proxy.resolve;

import dev.ambit.proxy.budget.Reservation;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;

/// Looks an authority's name up once and picks the first address that the rules admit (INV-3,
/// INV-4).
public final class Resolver implements Upstreams {
  private final NameServer names;
  private final AddressPolicy policy;

  public Resolver(NameServer names, AddressPolicy policy) {
    this.names = names;
    this.policy = policy;
  }

  @Override
  public CompletionStage<Outcome<Route>> resolve(Reservation reservation) {
    throw new UnsupportedOperationException(names + " " + policy);
  }
}
