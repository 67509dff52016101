package dev.ambit.proxy.resolve;

import dev.ambit.proxy.budget.Reservation;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;

/// Turns an authority into one checked address.
public interface Upstreams {
  CompletionStage<Outcome<Route>> resolve(Reservation reservation);
}
