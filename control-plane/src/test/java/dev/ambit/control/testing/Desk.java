package dev.ambit.control.testing;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.closure.Closures;
import dev.ambit.control.closure.Cuts;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.lifecycle.Contexts;
import dev.ambit.control.lifecycle.Handles;
import dev.ambit.control.lifecycle.KnownPods;
import dev.ambit.control.lifecycle.OpenOrder;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.lifecycle.Suspensions;
import dev.ambit.control.resources.CurrentResources;
import dev.ambit.control.resources.FakeResources;
import dev.ambit.control.session.Seat;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.BudgetTable;
import dev.ambit.control.store.OwnChain;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.control.store.SuspensionTable;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.SessionId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Sessions over a real database file, with a clock of the test's own and closures that only note
/// who woke them.
public final class Desk implements Closures, AutoCloseable {
  public static final Caller OPENER = new Caller.Workload(FakeTemplate.OPENER);
  public static final Caller OPERATOR = new Caller.Bootstrap();

  public final ManualTime clock = new ManualTime();
  public final FakeResources folder = new FakeResources();
  public final Store store;
  public final SessionTable table;
  public final BudgetTable budgets;
  public final ProxyTable proxies;
  public final Ids ids = new Ids(clock, new SecureRandom());
  public final CurrentResources resources;
  public final Sessions sessions;
  public final SuspensionTable suspending;
  public final AuditTable audit;
  public final Suspensions suspensions;
  public final Contexts contexts;

  /// Versions whose cut was waited for.
  public final List<Long> awaited = new ArrayList<>();

  public final List<SessionId> woken = new ArrayList<>();

  public Desk(Path file) {
    store = Store.open(file, clock);
    table = new SessionTable(store);
    budgets = new BudgetTable(store);
    proxies = new ProxyTable(store);
    resources = folder.read();
    sessions =
        new Sessions(table, resources, this, new Handles(new byte[32]), KnownPods.NONE, ids, clock);
    suspending =
        new SuspensionTable(store, new OwnChain("spiffe://example.org/control", ids.next()));
    audit = new AuditTable(store, suspending);
    suspensions = new Suspensions(sessions, suspending, this::cut, clock);
    contexts = new Contexts(sessions, suspending, this::cut, clock);
  }

  private Cuts.CutReport cut(Seat seat, long opened, long version) {
    awaited.add(version);
    return new Cuts.CutReport(List.of());
  }

  public OpenOrder order(String template) {
    return order(template, "");
  }

  public OpenOrder order(String template, String key) {
    return new OpenOrder(
        template,
        Map.of(),
        FakeTemplate.WORKLOAD,
        "",
        new StoredSession.Task("ticket-7", "fix the build", "https://tickets.example.org/7"),
        "maria",
        Map.of("case_state", "open"),
        Optional.empty(),
        key);
  }

  public Sessions.Opened open(String template) {
    return given(sessions.open(OPENER, order(template)));
  }

  public static <T> T given(Answer<T> answer) {
    return switch (answer) {
      case Answer.Given<T>(T value) -> value;
      case Answer.Refused<T>(var refusal) -> throw new AssertionError(refusal.message());
    };
  }

  public static String refused(Answer<?> answer) {
    return switch (answer) {
      case Answer.Given<?>(var value) -> throw new AssertionError("given: " + value);
      case Answer.Refused<?>(var refusal) -> refusal.kind() + " " + refusal.message();
    };
  }

  @Override
  public void wake(SessionId session) {
    woken.add(session);
  }

  @Override
  public void awaitCut(SessionId session) {}

  @Override
  public int overdue() {
    return 0;
  }

  @Override
  public void close() {
    store.close();
  }
}
