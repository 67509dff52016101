package dev.ambit.proxy.budget;

import dev.ambit.proxy.approve.Approval;
import dev.ambit.proxy.model.Outcome;
import java.util.concurrent.CompletionStage;

/// Takes room from every budget the call draws on.
public interface Budgets {
  CompletionStage<Outcome<Reservation>> reserve(Approval approval);
}
