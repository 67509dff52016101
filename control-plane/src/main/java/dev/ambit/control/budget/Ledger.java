package dev.ambit.control.budget;

import dev.ambit.control.store.BudgetTable;
import dev.ambit.control.store.BudgetTable.Reserving;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.Exhausted;
import dev.ambit.proto.v1.ReserveRequest;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proto.v1.Reserved;
import dev.ambit.proto.v1.SettleRequest;
import dev.ambit.proto.v1.SettleResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/// Reserves and settles for proxies. Exact: room is taken from every budget a call draws on in one
/// transaction, or from none. Blocks on the store.
public final class Ledger {
  private static final long CALLS_MAX = 1_000_000;
  private static final int GRANT_MAX = 63;

  private final BudgetTable table;

  public Ledger(BudgetTable table) {
    this.table = table;
  }

  /// Takes room, or says which budget has none. Refuses with a status what is no reservation.
  public ReserveResponse reserve(String workload, ReserveRequest request) {
    Ids.check("reservation_id", request.getReservationId());
    var session = new SessionId(request.getSessionId());
    var calls = request.getCalls();
    if (calls < 1 || calls > CALLS_MAX) {
      throw refused(
          Status.INVALID_ARGUMENT,
          "calls: " + Long.toUnsignedString(calls) + " (expected: 1 to " + CALLS_MAX + ")");
    }
    if (request.getGrant().isEmpty() || request.getGrant().length() > GRANT_MAX) {
      throw refused(
          Status.INVALID_ARGUMENT, "grant: none (expected: 1 to " + GRANT_MAX + " characters)");
    }
    var order =
        new BudgetTable.Order(
            request.getReservationId(), session, workload, request.getGrant(), calls);
    return switch (table.reserve(order)) {
      case Reserving.Reserved(var left) ->
          ReserveResponse.newBuilder()
              .setReserved(Reserved.newBuilder().setCallsLeft(left))
              .build();
      case Reserving.Exhausted(var budget) ->
          ReserveResponse.newBuilder()
              .setExhausted(
                  Exhausted.newBuilder()
                      .setBudget(budget.equals(BudgetTable.SESSION) ? "session" : budget))
              .build();
      case Reserving.NoSession() ->
          throw refused(Status.NOT_FOUND, "session_id: unknown (expected: one of the workload)");
      case Reserving.NotActive() ->
          throw refused(
              Status.FAILED_PRECONDITION, "session_id: suspended or ended (expected: ACTIVE)");
      case Reserving.Conflict() ->
          throw refused(
              Status.ALREADY_EXISTS, "reservation_id: used (expected: new, or the same request)");
    };
  }

  /// Gives back what was not spent.
  public SettleResponse settle(String workload, SettleRequest request) {
    Ids.check("reservation_id", request.getReservationId());
    return switch (table.settle(request.getReservationId(), workload, request.getCallsSpent())) {
      case SETTLED -> SettleResponse.getDefaultInstance();
      case UNKNOWN ->
          throw refused(
              Status.NOT_FOUND, "reservation_id: unknown (expected: one of the workload)");
      case TOO_MANY ->
          throw refused(
              Status.INVALID_ARGUMENT, "calls_spent: too many (expected: at most those reserved)");
    };
  }

  private static StatusRuntimeException refused(Status status, String message) {
    return status.withDescription(message).asRuntimeException();
  }
}
