package dev.ambit.control.store;

import dev.ambit.control.session.SessionState;
import dev.ambit.envelope.SessionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Budgets and reservations at rest: every reservation and settlement is one transaction on the one
/// writer, so a budget is never overspent, by however many calls at once.
public final class BudgetTable {
  /// Name of the budget that every grant of a session draws on.
  public static final String SESSION = "";

  private final Store store;

  public BudgetTable(Store store) {
    this.store = store;
  }

  /// Takes room from the session's and the grant's budget, or from none. A reservation that took
  /// room gets its first answer again; one that took none is judged anew, so that asking in vain
  /// leaves nothing behind.
  public Reserving reserve(Order order) {
    return store.write(tx -> reserveIn(tx, order));
  }

  /// Gives back what a reservation did not spend, once.
  public Settling settle(String reservation, String workload, long spent) {
    return store.write(tx -> settleIn(tx, reservation, workload, spent));
  }

  /// The budgets of a session by grant, its own under [#SESSION].
  public Map<String, Balance> balances(SessionId session) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM budget WHERE session = :session")
            .bind("session", session.value())
            .reduceRows(
                new HashMap<String, Balance>(),
                (balances, row) -> {
                  balances.put(
                      row.getColumn("grant_name", String.class),
                      new Balance(
                          row.getColumn("calls_max", Long.class),
                          row.getColumn("calls_reserved", Long.class)));
                  return balances;
                }));
  }

  static void insert(Handle tx, SessionId session, Map<String, Long> budgets) {
    budgets.forEach((grant, calls) ->
        tx.createUpdate(
                "INSERT INTO budget (session, grant_name, calls_max, calls_reserved)"
                    + " VALUES (:session, :grant, :calls, 0)")
            .bind("session", session.value())
            .bind("grant", grant)
            .bind("calls", calls)
            .execute());
  }

  private static Reserving reserveIn(Handle tx, Order order) {
    var known = answer(tx, order);
    if (known.isPresent()) {
      return known.get();
    }
    var state =
        tx.createQuery("SELECT state FROM session WHERE id = :id AND workload = :workload")
            .bind("id", order.session().value())
            .bind("workload", order.workload())
            .mapTo(String.class)
            .findOne();
    if (state.isEmpty()) {
      return new Reserving.NoSession();
    }
    if (!state.get().equals(SessionState.ACTIVE.name())) {
      return new Reserving.NotActive();
    }
    var left = Long.MAX_VALUE;
    for (var budget : List.of(SESSION, order.grant())) {
      var room =
          tx.createQuery(
                  "SELECT calls_max - calls_reserved FROM budget"
                      + " WHERE session = :session AND grant_name = :grant")
              .bind("session", order.session().value())
              .bind("grant", budget)
              .mapTo(Long.class)
              .findOne();
      if (room.isPresent() && room.get() < order.calls()) {
        return new Reserving.Exhausted(budget);
      }
      left = Math.min(left, room.map(calls -> calls - order.calls()).orElse(Long.MAX_VALUE));
    }
    change(tx, order.session().value(), order.grant(), order.calls());
    remember(tx, order, left);
    return new Reserving.Reserved(left);
  }

  private static Settling settleIn(Handle tx, String id, String workload, long spent) {
    var found =
        tx.createQuery(
                "SELECT r.* FROM reservation r JOIN session s ON s.id = r.session"
                    + " WHERE r.id = :id AND s.workload = :workload")
            .bind("id", id)
            .bind("workload", workload)
            .map((row, _) ->
                new Kept(
                    row.getString("session"),
                    row.getString("grant_name"),
                    row.getLong("calls"),
                    row.getLong("settled") == 1))
            .findOne();
    if (found.isEmpty()) {
      return Settling.UNKNOWN;
    }
    var kept = found.get();
    if (spent < 0 || spent > kept.calls()) {
      return Settling.TOO_MANY;
    }
    if (!kept.settled()) {
      change(tx, kept.session(), kept.grant(), spent - kept.calls());
      tx.createUpdate("UPDATE reservation SET settled = 1 WHERE id = :id").bind("id", id).execute();
    }
    return Settling.SETTLED;
  }

  private static Optional<Reserving> answer(Handle tx, Order order) {
    return tx.createQuery(
            "SELECT r.*, s.workload FROM reservation r JOIN session s ON s.id = r.session"
                + " WHERE r.id = :id")
        .bind("id", order.id())
        .<Reserving>map((row, _) ->
            row.getString("workload").equals(order.workload())
                    && row.getString("session").equals(order.session().value())
                    && row.getString("grant_name").equals(order.grant())
                    && row.getLong("calls") == order.calls()
                ? new Reserving.Reserved(row.getLong("calls_left"))
                : new Reserving.Conflict())
        .findOne();
  }

  private static void remember(Handle tx, Order order, long left) {
    tx.createUpdate(
            "INSERT INTO reservation (id, session, grant_name, calls, calls_left, settled)"
                + " VALUES (:id, :session, :grant, :calls, :left, 0)")
        .bind("id", order.id())
        .bind("session", order.session().value())
        .bind("grant", order.grant())
        .bind("calls", order.calls())
        .bind("left", left)
        .execute();
  }

  private static void change(Handle tx, String session, String grant, long calls) {
    tx.createUpdate(
            "UPDATE budget SET calls_reserved = calls_reserved + :calls"
                + " WHERE session = :session AND grant_name IN ('', :grant)")
        .bind("calls", calls)
        .bind("session", session)
        .bind("grant", grant)
        .execute();
  }

  private record Kept(String session, String grant, long calls, boolean settled) {}

  /// What is asked for.
  ///
  /// @param workload of the proxy that asks, as authenticated; must be the session's
  /// @param grant must be one of the session's
  public record Order(String id, SessionId session, String workload, String grant, long calls) {}

  /// A budget and what is reserved of it, spent calls included.
  public record Balance(long calls, long reserved) {}

  /// What became of a reservation.
  public sealed interface Reserving {
    /// The room was taken.
    ///
    /// @param left calls left in the tightest budget; Long.MAX_VALUE without one
    record Reserved(long left) implements Reserving {}

    /// Nothing was taken.
    ///
    /// @param budget [#SESSION], or the grant whose budget is spent
    record Exhausted(String budget) implements Reserving {}

    record NoSession() implements Reserving {}

    record NotActive() implements Reserving {}

    /// The id was used for another reservation.
    record Conflict() implements Reserving {}
  }

  /// What became of a settlement.
  public enum Settling {
    SETTLED,
    /// No such reservation of this workload.
    UNKNOWN,
    /// More than was reserved.
    TOO_MANY
  }
}
