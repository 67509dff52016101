package dev.ambit.proxy.testing;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.SessionId;
import dev.ambit.proxy.approve.Approvals;
import dev.ambit.proxy.budget.Ledger;
import dev.ambit.proxy.budget.LedgerBudgets;
import dev.ambit.proxy.budget.Reservation;
import dev.ambit.proxy.budget.Settlements;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.BodySource;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Connection;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.resolve.Resolver;
import dev.ambit.proxy.resolve.Route;
import dev.ambit.proxy.scope.Scope;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The first stages of the way of a call, real ones, for tests of what comes after: evidence comes
/// from its own stage.
public final class Way implements Ledger {
  public final ManualTime time = new ManualTime();
  public final List<String> permitted = new ArrayList<>();
  public final List<String> reserved = new ArrayList<>();
  public final List<String> settled = new ArrayList<>();
  public SessionImage image = SessionImage.EMPTY;
  public boolean lease = true;
  public Answer answer = new Answer.Reserved();
  public Settled settles = Settled.UNDERSTOOD;
  private static final BodySource NO_BODY =
      _ -> {
        throw new AssertionError("no grant asks for the body");
      };
  private final Settlements settlements = new Settlements(this, time);
  private int ids;

  /// Through identify, scope, approve and budget.
  public Outcome<Reservation> reserve(String url) {
    return reserve(Samples.arrival(url, new Connection()));
  }

  private Outcome<Reservation> reserve(Arrival arrival) {
    var budgets = new LedgerBudgets(this, settlements, new Permits(), () -> "R" + ids++);
    return new Sessions(() -> image, () -> lease, time)
        .identify(arrival)
        .then(bound -> now(new Scope(time, Limits.DEFAULT).permit(bound, NO_BODY)))
        .then(new Approvals()::approve)
        .then(approval -> now(budgets.reserve(approval)));
  }

  /// And through resolve.
  public Outcome<Route> route(String url) {
    var resolver = new Resolver(_ -> completedStage(List.of(address())), (_, _) -> true, time);
    return reserve(url).then(reservation -> now(resolver.resolve(reservation)));
  }

  public int settlementsWaiting() {
    return settlements.waiting();
  }

  public long settlementsDropped() {
    return settlements.dropped();
  }

  /// What a stage has answered already.
  public static <T> T now(CompletionStage<T> stage) {
    var future = stage.toCompletableFuture();
    if (!future.isDone()) {
      throw new AssertionError("not answered yet");
    }
    return future.join();
  }

  /// The value, or an error that says what came instead.
  public static <T> T value(Outcome<T> outcome) {
    return switch (outcome) {
      case Outcome.Proceed<T>(T value) -> value;
      case Outcome.Refuse<T>(Denial denial) -> throw new AssertionError(denial.toString());
      case Outcome.Fail<T>(var failure) -> throw new AssertionError(failure.toString());
    };
  }

  /// The code of the denial, or `permitted`.
  public static String said(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refuse<?>(Denial denial)
        ? denial.reason().code()
        : "permitted";
  }

  @Override
  public CompletionStage<Answer> reserve(String reservationId, SessionId session, String grant) {
    reserved.add(grant);
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public CompletionStage<Settled> settle(String reservationId, int spent) {
    settled.add(reservationId + "=" + spent);
    return CompletableFuture.completedFuture(settles);
  }

  private static InetAddress address() {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /// Hears of permits only.
  private final class Permits implements CallLog {
    @Override
    public void permitted(Arrival arrival, Session session, String target, String grant) {
      permitted.add(target + "/" + grant);
    }

    @Override
    public void ended(Arrival arrival, CallEnd end) {}

    @Override
    public void refused(
        CallId id, Optional<Authority> authority, String method, Denial denial, int status) {}
  }
}
