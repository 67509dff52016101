package dev.ambit.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.BudgetTable.Balance;
import dev.ambit.control.store.BudgetTable.Order;
import dev.ambit.control.store.BudgetTable.Reserving;
import dev.ambit.control.store.BudgetTable.Settling;
import dev.ambit.control.testing.Desk;
import dev.ambit.control.testing.FakeTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A budget is never overspent, by however many calls at once; sessions here have 10 calls, their
/// grant `read` has 3.
class BudgetTableTest {
  @TempDir Path folder;
  private Desk desk;
  private StoredSession session;

  @BeforeEach
  void open() {
    desk = new Desk(folder.resolve("a.db"));
    session = desk.open("solo").session();
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void givesTheLastCallToExactlyOneOf64() throws Exception {
    // One call is left of the grant's three, so that the race is for one.
    assertThat(desk.budgets.reserve(order(2))).isEqualTo(new Reserving.Reserved(1));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var round = 0; round < 50; round++) {
        var start = new CyclicBarrier(64);
        var tasks = new ArrayList<Callable<Won>>();
        for (var i = 0; i < 64; i++) {
          tasks.add(() -> {
            var order = order(1);
            start.await();
            return new Won(order, desk.budgets.reserve(order));
          });
        }
        var won = new ArrayList<Order>();
        for (var future : threads.invokeAll(tasks)) {
          switch (future.get().answer()) {
            case Reserving.Reserved(var left) -> {
              assertThat(left).isZero();
              won.add(future.get().order());
            }
            case Reserving.Exhausted(var budget) -> assertThat(budget).isEqualTo("read");
            default -> throw new AssertionError(future.get());
          }
        }
        assertThat(won).as("round %d", round).hasSize(1);
        assertThat(desk.budgets.settle(won.getFirst().id(), session.workload(), 0))
            .isEqualTo(Settling.SETTLED);
      }
    }
  }

  @Test
  void takesFromEveryBudgetOrFromNone() {
    assertThat(desk.budgets.reserve(order(4))).isEqualTo(new Reserving.Exhausted("read"));
    assertThat(balance("")).isEqualTo(new Balance(10, 0));
    assertThat(desk.budgets.reserve(order("other", 9))).isEqualTo(new Reserving.Reserved(1));
    assertThat(desk.budgets.reserve(order(2))).isEqualTo(new Reserving.Exhausted(""));
    assertThat(balance("read")).isEqualTo(new Balance(3, 0));
    assertThat(desk.budgets.reserve(order(1))).isEqualTo(new Reserving.Reserved(0));
    assertThat(balance("read")).isEqualTo(new Balance(3, 1));
  }

  @Test
  void answersARepeatedReservationAsBefore() {
    var order = order(2);
    assertThat(desk.budgets.reserve(order)).isEqualTo(new Reserving.Reserved(1));
    assertThat(desk.budgets.settle(order.id(), session.workload(), 0)).isEqualTo(Settling.SETTLED);
    assertThat(desk.budgets.reserve(order)).isEqualTo(new Reserving.Reserved(1));
    assertThat(balance("read")).isEqualTo(new Balance(3, 0));
    var other = new Order(order.id(), session.id(), session.workload(), "read", 1);
    assertThat(desk.budgets.reserve(other)).isEqualTo(new Reserving.Conflict());
  }

  @Test
  void refundsWhatWasNotSpentOnce() {
    var order = order(3);
    assertThat(desk.budgets.reserve(order)).isEqualTo(new Reserving.Reserved(0));
    assertThat(desk.budgets.settle(order.id(), session.workload(), 4)).isEqualTo(Settling.TOO_MANY);
    assertThat(desk.budgets.settle(order.id(), session.workload(), 1)).isEqualTo(Settling.SETTLED);
    assertThat(desk.budgets.settle(order.id(), session.workload(), 0)).isEqualTo(Settling.SETTLED);
    assertThat(balance("read")).isEqualTo(new Balance(3, 1));
    assertThat(balance("")).isEqualTo(new Balance(10, 1));
  }

  @Test
  void knowsNothingOfOtherWorkloads() {
    var foreign = new Order(desk.ids.next(), session.id(), "spiffe://example.org/x", "read", 1);
    assertThat(desk.budgets.reserve(foreign)).isEqualTo(new Reserving.NoSession());
    var order = order(1);
    assertThat(desk.budgets.reserve(order)).isInstanceOf(Reserving.Reserved.class);
    assertThat(desk.budgets.settle(order.id(), "spiffe://example.org/x", 0))
        .isEqualTo(Settling.UNKNOWN);
  }

  @Test
  void givesNothingOnceTheSessionHasEnded() {
    var before = order(1);
    assertThat(desk.budgets.reserve(before)).isInstanceOf(Reserving.Reserved.class);
    assertThat(desk.table.end(session.id(), EndReason.COMPLETED, "", desk.clock.instant()))
        .isTrue();
    assertThat(desk.budgets.reserve(order(1))).isEqualTo(new Reserving.NotActive());
    assertThat(desk.budgets.settle(before.id(), session.workload(), 1)).isEqualTo(Settling.SETTLED);
  }

  private Balance balance(String name) {
    return Objects.requireNonNull(desk.budgets.balances(session.id()).get(name));
  }

  private Order order(long calls) {
    return order("read", calls);
  }

  private Order order(String grant, long calls) {
    return new Order(desk.ids.next(), session.id(), FakeTemplate.WORKLOAD, grant, calls);
  }

  private record Won(Order order, Reserving answer) {}
}
