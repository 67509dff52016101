package dev.ambit.control.api;

import dev.ambit.control.credential.Broker;
import dev.ambit.control.credential.ClosureOutcome;
import dev.ambit.control.credential.CredentialView;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.session.Seat;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.store.BudgetTable;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.proto.v1.BudgetSummary;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CredentialSummary;
import dev.ambit.proto.v1.GrantSummary;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SuspendReason;
import dev.ambit.proto.v1.Task;
import dev.ambit.proto.v1.Workload;
import java.util.Map;
import java.util.function.ToIntFunction;

/// Sessions as callers see them, with what they spent and what became of their credentials. Blocks
/// on the store.
final class SessionViews {
  private final BudgetTable budgets;
  private final Broker broker;
  private final ToIntFunction<Seat> serving;

  /// Looks up what is not in the session itself.
  ///
  /// @param serving counts the proxies that a session of a seat is in force at, at this moment
  SessionViews(BudgetTable budgets, Broker broker, ToIntFunction<Seat> serving) {
    this.budgets = budgets;
    this.broker = broker;
    this.serving = serving;
  }

  /// With the envelope, for answers about one session.
  Session whole(StoredSession session) {
    return brief(session).toBuilder().setEnvelope(session.envelope()).build();
  }

  /// Without the envelope.
  Session brief(StoredSession session) {
    var balances = budgets.balances(session.id());
    var view =
        Session.newBuilder()
            .setId(session.id().value())
            .setTemplate(session.template())
            .setState(state(session.state()))
            .setCloseReason(
                session
                    .endReason()
                    .map(SessionViews::reason)
                    .orElse(CloseReason.CLOSE_REASON_UNSPECIFIED))
            .setCloseDetail(session.endDetail())
            .setVersion(session.version())
            .setEnvelopeDigest(session.digest())
            .setOpenedAt(ProtoTimes.of(session.openedAt()))
            .setExpiresAt(ProtoTimes.of(session.expiresAt()))
            .setOpener(session.opener())
            .setWorkload(
                Workload.newBuilder().setSpiffeId(session.workload()).setPodUid(session.pod()))
            .setOnBehalfOf(session.onBehalfOf())
            .setTask(
                Task.newBuilder()
                    .setId(session.task().id())
                    .setPurpose(session.task().purpose())
                    .setLink(session.task().link()))
            .putAllParameters(session.parameters())
            .setReceiptAvailable(session.state() == SessionState.CLOSED);
    if (live(session)) {
      view.setProxies(serving.applyAsInt(session.seat()));
    }
    session
        .suspension()
        .ifPresent(why ->
            view.setSuspendReason(reason(why.reason()))
                .setSuspendDetail(why.detail())
                .setSuspendedAt(ProtoTimes.of(why.at())));
    session.closedAt().ifPresent(at -> view.setClosedAt(ProtoTimes.of(at)));
    if (balances.containsKey(BudgetTable.SESSION)) {
      view.setBudget(budget(balances, BudgetTable.SESSION));
    }
    var envelope = Sessions.envelope(session);
    view.putAllContext(envelope.facts().context());
    for (var grant : envelope.grants()) {
      var summary =
          GrantSummary.newBuilder()
              .setName(grant.name())
              .setTarget(grant.target())
              .addAllMethods(grant.methods().stream().sorted().toList())
              .addAllPaths(grant.paths().stream().map(PathTemplate::toString).toList());
      if (balances.containsKey(grant.name())) {
        summary.setBudget(budget(balances, grant.name()));
      }
      view.addGrants(summary);
    }
    broker.credentials(session.id()).forEach(each -> view.addCredentials(credential(each)));
    return view.build();
  }

  private static boolean live(StoredSession session) {
    return session.state() == SessionState.ACTIVE || session.state() == SessionState.SUSPENDED;
  }

  private static BudgetSummary budget(Map<String, BudgetTable.Balance> balances, String name) {
    var balance = balances.getOrDefault(name, new BudgetTable.Balance(0, 0));
    return BudgetSummary.newBuilder()
        .setCalls(balance.calls())
        .setCallsReserved(balance.reserved())
        .build();
  }

  private static CredentialSummary credential(CredentialView credential) {
    var view =
        CredentialSummary.newBuilder()
            .setId(credential.id())
            .setProvider(credential.provider())
            .setGrant(credential.grant())
            .setAuthority(credential.authority())
            .setNotAfter(ProtoTimes.of(credential.notAfter()))
            .setOutcomeDetail(credential.detail());
    credential.parent().ifPresent(view::setParentId);
    credential.outcome().ifPresent(outcome -> view.setOutcome(outcome(outcome)));
    credential.outcomeAt().ifPresent(at -> view.setOutcomeAt(ProtoTimes.of(at)));
    return view.build();
  }

  private static dev.ambit.proto.v1.ClosureOutcome outcome(ClosureOutcome outcome) {
    return switch (outcome) {
      case ClosureOutcome.DeadProven() ->
          dev.ambit.proto.v1.ClosureOutcome.CLOSURE_OUTCOME_DEAD_PROVEN;
      case ClosureOutcome.DeadByExpiry _ ->
          dev.ambit.proto.v1.ClosureOutcome.CLOSURE_OUTCOME_DEAD_BY_EXPIRY;
      case ClosureOutcome.Outlives() ->
          dev.ambit.proto.v1.ClosureOutcome.CLOSURE_OUTCOME_OUTLIVES_SESSION;
      case ClosureOutcome.Unproven _ -> dev.ambit.proto.v1.ClosureOutcome.CLOSURE_OUTCOME_UNPROVEN;
    };
  }

  private static dev.ambit.proto.v1.SessionState state(SessionState state) {
    return switch (state) {
      case ACTIVE -> dev.ambit.proto.v1.SessionState.SESSION_STATE_ACTIVE;
      case SUSPENDED -> dev.ambit.proto.v1.SessionState.SESSION_STATE_SUSPENDED;
      case CLOSING -> dev.ambit.proto.v1.SessionState.SESSION_STATE_CLOSING;
      case CLOSED -> dev.ambit.proto.v1.SessionState.SESSION_STATE_CLOSED;
    };
  }

  private static SuspendReason reason(Suspension.Reason reason) {
    return switch (reason) {
      case REQUESTED -> SuspendReason.SUSPEND_REASON_REQUESTED;
      case DENIALS -> SuspendReason.SUSPEND_REASON_DENIALS;
      case CONTEXT_CHANGED -> SuspendReason.SUSPEND_REASON_CONTEXT_CHANGED;
    };
  }

  private static CloseReason reason(EndReason reason) {
    return switch (reason) {
      case COMPLETED -> CloseReason.CLOSE_REASON_COMPLETED;
      case EXPIRED -> CloseReason.CLOSE_REASON_EXPIRED;
      case IDLE -> CloseReason.CLOSE_REASON_IDLE;
      case REVOKED -> CloseReason.CLOSE_REASON_REVOKED;
      case WORKLOAD_GONE -> CloseReason.CLOSE_REASON_WORKLOAD_GONE;
      case POLICY_CHANGED -> CloseReason.CLOSE_REASON_POLICY_CHANGED;
    };
  }
}
