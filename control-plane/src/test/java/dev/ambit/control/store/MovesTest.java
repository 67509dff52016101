package dev.ambit.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.credential.World;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.store.CredentialRow.Outcome;
import dev.ambit.control.store.CredentialRow.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every step of a session and of a credential, tried from every state: it moves what the tables
/// allow and leaves everything else as it is.
class MovesTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void open() {
    world = new World(folder);
    // Nothing moves by itself.
    world.closures().close();
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void movesASessionAsTheTableSaysAndNoOtherWay() {
    var receipt = ByteString.copyFromUtf8("{}");
    var steps = new LinkedHashMap<String, Predicate<StoredSession>>();
    steps.put(
        "extend",
        session ->
            world
                .sessions()
                .extend(
                    session.id(),
                    session.version(),
                    receipt,
                    "cd".repeat(32),
                    session.expiresAt()));
    var asked = new Suspension(Suspension.Reason.REQUESTED, "odd", world.clock.instant());
    steps.put("suspend", session -> world.suspensions().suspend(session.id(), asked, "me", "odd"));
    steps.put(
        "resume",
        session -> world.suspensions().resume(session.id(), "me", "", world.clock.instant()));
    steps.put(
        "end",
        session ->
            world.sessions().end(session.id(), EndReason.REVOKED, "again", world.clock.instant()));
    steps.put(
        "close", session -> world.sessions().close(session.id(), receipt, world.clock.instant()));
    var moved = new ArrayList<String>();
    for (var from : SessionState.values()) {
      steps.forEach((name, step) -> {
        var session = session(from);
        var before = found(session);
        if (step.test(before)) {
          moved.add(from + " " + name + " " + found(session).state());
        } else {
          assertThat(found(session)).as(from + " " + name).isEqualTo(before);
        }
      });
    }
    assertThat(moved)
        .containsExactly(
            "ACTIVE extend ACTIVE",
            "ACTIVE suspend SUSPENDED",
            "ACTIVE end CLOSING",
            "SUSPENDED resume ACTIVE",
            "SUSPENDED end CLOSING",
            "CLOSING close CLOSED");
  }

  @Test
  void keepsTheFirstReceipt() {
    var session = session(SessionState.CLOSING);
    var first = ByteString.copyFromUtf8("first");
    assertThat(world.sessions().close(session.id(), first, world.clock.instant())).isTrue();
    assertThat(
            world
                .sessions()
                .close(session.id(), ByteString.copyFromUtf8("second"), world.clock.instant()))
        .isFalse();
    assertThat(world.sessions().receipt(session.id())).contains(first);
  }

  @Test
  void keepsTheFirstReportOfACut() {
    var store = Store.open(folder.resolve("control.db"), world.clock);
    try {
      var cuts = new CutTable(store);
      var session = session(SessionState.CLOSING).id().value();
      var at = world.clock.instant();
      cuts.keep(session, List.of(new CutTable.Cut("P1", true, at)), at);
      cuts.keep(session, List.of(new CutTable.Cut("P2", false, at)), at);
      assertThat(cuts.find(session).orElseThrow().cuts())
          .extracting(CutTable.Cut::proxy)
          .containsExactly("P1");
    } finally {
      store.close();
    }
  }

  @Test
  void movesACredentialAsTheTableSaysAndNoOtherWay() {
    var table = world.credentials();
    var at = world.clock.instant();
    var steps = new LinkedHashMap<String, Consumer<String>>();
    steps.put("refused", id -> table.refused(id, "no", at));
    steps.put("lost", id -> table.lost(id, "lost", at));
    steps.put("received", id -> table.received(id, received(id)));
    steps.put("confirm", id -> table.confirm(id, true, at));
    steps.put("retire", id -> table.retire(id, "over", at));
    steps.put("revoked", id -> table.revoked(id, true, "", at));
    steps.put("probed", id -> table.probed(id, CredentialTable.Answer.ALIVE, "", at));
    steps.put("settle", id -> table.settle(id, Outcome.DEAD_PROVEN, at, "", at));
    var moved = new ArrayList<String>();
    for (var from : State.values()) {
      steps.forEach((name, step) -> {
        var id = credential(from);
        var before = table.find(id);
        step.accept(id);
        var after = table.find(id);
        if (!after.equals(before)) {
          moved.add(from + " " + name + " " + after.map(row -> row.state().name()).orElse("none"));
        }
      });
    }
    assertThat(moved)
        .containsExactly(
            "ISSUING refused none",
            "ISSUING lost SETTLED",
            "ISSUING received CHECKING",
            "CHECKING confirm LIVE",
            "CHECKING retire RETIRED",
            "CHECKING probed CHECKING",
            "LIVE retire RETIRED",
            "LIVE probed LIVE",
            "RETIRED revoked RETIRED",
            "RETIRED probed RETIRED",
            "RETIRED settle SETTLED");
  }

  private StoredSession session(SessionState state) {
    var session = world.open();
    var at = world.clock.instant();
    if (state == SessionState.SUSPENDED) {
      var asked = new Suspension(Suspension.Reason.REQUESTED, "", at);
      assertThat(world.suspensions().suspend(session.id(), asked, "me", "")).isTrue();
    } else if (state != SessionState.ACTIVE) {
      assertThat(world.sessions().end(session.id(), EndReason.COMPLETED, "", at)).isTrue();
    }
    if (state == SessionState.CLOSED) {
      assertThat(world.sessions().close(session.id(), ByteString.copyFromUtf8("r"), at)).isTrue();
    }
    return session;
  }

  private StoredSession found(StoredSession session) {
    return world.sessions().find(session.id()).orElseThrow();
  }

  private String credential(State state) {
    var table = world.credentials();
    var id = world.ids.next();
    var at = world.clock.instant();
    assertThat(table.ask(draft(id), "{}")).isEqualTo(CredentialTable.Asking.RECORDED);
    if (state != State.ISSUING) {
      assertThat(table.received(id, received(id))).isEqualTo(CredentialTable.Receiving.KEPT);
      // The positive control, without which nothing goes LIVE.
      table.probed(id, CredentialTable.Answer.ALIVE, "", at);
    }
    if (state == State.LIVE) {
      assertThat(table.confirm(id, true, at)).isTrue();
    }
    if (state == State.RETIRED || state == State.SETTLED) {
      table.retire(id, "over", at);
      // The database itself refuses to call dead what was not seen alive and revoked.
      table.revoked(id, true, "", at);
    }
    if (state == State.SETTLED) {
      table.settle(id, Outcome.DEAD_PROVEN, at, "", at);
    }
    assertThat(table.find(id).orElseThrow().state()).isEqualTo(state);
    return id;
  }

  private CredentialTable.Received received(String id) {
    var at = world.clock.instant();
    return new CredentialTable.Received(
        at,
        at.plus(Duration.ofMinutes(5)),
        at.plus(Duration.ofMinutes(5)),
        List.of("items:read"),
        ByteString.copyFromUtf8("sealed"),
        Optional.of("fingerprint-" + id));
  }

  private CredentialRow draft(String id) {
    var at = world.clock.instant();
    return new CredentialRow(
        id,
        world.open().id().value(),
        "idp",
        "digest",
        "read",
        World.API.toString(),
        World.WORKLOAD,
        World.PROXY,
        Optional.empty(),
        State.ISSUING,
        at,
        Optional.empty(),
        Optional.empty(),
        at,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        "",
        at);
  }
}
