package dev.ambit.proxy.budget;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.approve.Approval;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Outcome;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/// Asks the ledger for one call where the session or the grant has a limit; a call that draws on no
/// budget asks nobody. Confined to its loop.
public final class LedgerBudgets implements Budgets {
  private final Ledger ledger;
  private final Settlements settlements;
  private final CallLog log;
  private final Supplier<String> ids;

  public LedgerBudgets(Ledger ledger, Settlements settlements, CallLog log, Supplier<String> ids) {
    this.log = log;
    this.ledger = ledger;
    this.settlements = settlements;
    this.ids = ids;
  }

  @Override
  public CompletionStage<Outcome<Reservation>> reserve(Approval approval) {
    var permit = approval.permit();
    var session = permit.bound().session();
    log.permitted(permit.bound().arrival(), session, permit.target().name(), permit.grant().name());
    if (session.rules().envelope().calls().isEmpty() && permit.grant().calls().isEmpty()) {
      return completedStage(new Outcome.Proceed<>(new Reservation(approval, _ -> {})));
    }
    var id = ids.get();
    return ledger
        .reserve(id, session.id(), permit.grant().name())
        .thenApply(answer -> decide(answer, id, approval));
  }

  private Outcome<Reservation> decide(Ledger.Answer answer, String id, Approval approval) {
    return switch (answer) {
      case Ledger.Answer.Reserved() ->
          new Outcome.Proceed<>(new Reservation(approval, spent -> settlements.settle(id, spent)));
      case Ledger.Answer.Exhausted() -> refuse(Reason.BUDGET_EXHAUSTED, approval);
      case Ledger.Answer.Unavailable() -> {
        // The room may have been taken by an answer that was lost.
        settlements.settle(id, 0);
        yield refuse(Reason.CONTROL_UNAVAILABLE, approval);
      }
    };
  }

  private static Outcome<Reservation> refuse(Reason reason, Approval approval) {
    var permit = approval.permit();
    var said = Denial.of(reason, null);
    return new Outcome.Refuse<>(
        new Denial(
            reason,
            Optional.of(permit.bound().session()),
            permit.target().name(),
            said.detail(),
            reason == Reason.CONTROL_UNAVAILABLE ? 1 : 0));
  }
}
