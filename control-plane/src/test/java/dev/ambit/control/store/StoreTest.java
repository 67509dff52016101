package dev.ambit.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.testing.Desk;
import dev.ambit.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was committed is there for the next process, in the order it was committed.
class StoreTest {
  @TempDir Path folder;

  @Test
  void keepsWhatWasCommitted() {
    var file = folder.resolve("sub/a.db");
    var desk = new Desk(file);
    var opened = desk.open("solo").session();
    var epoch = new Changes(desk.store).epoch();
    desk.close();
    try (var again = new Desk(file)) {
      again.clock.advance(Duration.ofDays(1));
      assertThat(again.table.find(opened.id())).contains(opened);
      assertThat(new Changes(again.store).epoch()).isEqualTo(epoch);
    }
  }

  @Test
  void commitsWhatWaitsTogetherAndTakesBackWhatFailsAlone() throws Exception {
    try (var desk = new Desk(folder.resolve("a.db"))) {
      var store = desk.store;
      store.write(tx -> tx.execute("CREATE TABLE noted (n INTEGER PRIMARY KEY)"));
      var running = new CountDownLatch(1);
      var held = new CountDownLatch(1);
      var first =
          written(
              store,
              tx -> {
                running.countDown();
                awaitQuietly(held);
                return note(tx, 0);
              });
      running.await();
      var second = written(store, tx -> note(tx, 1));
      var failing = written(store, tx -> note(tx, 3) + note(tx, 1));
      var third = written(store, tx -> note(tx, 2) + noted(store));
      held.countDown();
      assertThat(first.get()).isOne();
      assertThat(second.get()).isOne();
      assertThatThrownBy(failing::get).hasCauseInstanceOf(StoreFailure.class);
      // Behind the second, and others saw nothing of that yet but what was committed before it.
      assertThat(third.get()).isEqualTo(1 + 1);
      assertThat(noted(store)).isEqualTo(3);
    }
  }

  @Test
  void refusesAWriteWithinAWriteAndAfterItsEnd() {
    var desk = new Desk(folder.resolve("a.db"));
    assertThatThrownBy(() -> desk.store.write(_ -> desk.store.write(_ -> 1)))
        .hasMessage("store: a write within a write (expected: one after another)");
    desk.close();
    assertThatThrownBy(() -> desk.store.write(_ -> 1)).hasMessage("store: closed (expected: open)");
  }

  /// Hands the work over, and returns when it waits for its turn or is at it.
  private static Future<Integer> written(
      Store store, HandleCallback<Integer, RuntimeException> work) {
    var task = new FutureTask<>(() -> store.write(work));
    var thread = Thread.ofVirtual().start(task);
    Await.until("handed over", () -> thread.getState() == Thread.State.WAITING);
    return task;
  }

  private static int note(Handle tx, int n) {
    return tx.execute("INSERT INTO noted (n) VALUES (?)", n);
  }

  private static int noted(Store store) {
    return store.read(
        tx -> tx.createQuery("SELECT COUNT(*) FROM noted").mapTo(Integer.class).one());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void makesAFileThatOnlyItsOwnerReads() throws Exception {
    var file = folder.resolve("a.db");
    try (var desk = new Desk(file)) {
      desk.open("solo");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void appendsOneChangeForEveryMove() {
    try (var desk = new Desk(folder.resolve("a.db"))) {
      var changes = new Changes(desk.store);
      var announced = new AtomicInteger();
      desk.store.onChange(announced::incrementAndGet);
      var id = desk.open("solo").session().id();
      var opened = changes.newest();
      assertThat(desk.table.end(id, EndReason.IDLE, "", desk.clock.instant())).isTrue();
      assertThat(desk.table.end(id, EndReason.IDLE, "", desk.clock.instant())).isFalse();
      var batch = changes.after(opened);
      assertThat(batch.version()).isEqualTo(opened + 1);
      assertThat(batch.sessions()).singleElement().matches(one -> one.version() == opened + 1);
      assertThat(changes.after(batch.version()).sessions()).isEmpty();
      assertThat(announced).hasValue(2);
    }
  }

  @Test
  void closesOnlyWhatIsClosingAndKeepsItsReceipt() {
    try (var desk = new Desk(folder.resolve("a.db"))) {
      var id = desk.open("solo").session().id();
      var receipt = ByteString.copyFromUtf8("receipt");
      assertThat(desk.table.close(id, receipt, desk.clock.instant())).isFalse();
      assertThat(desk.table.end(id, EndReason.COMPLETED, "", desk.clock.instant())).isTrue();
      assertThat(desk.table.receipt(id)).isEmpty();
      assertThat(desk.table.close(id, receipt, desk.clock.instant())).isTrue();
      assertThat(desk.table.receipt(id)).contains(receipt);
      assertThat(desk.table.inState(SessionState.CLOSED)).hasSize(1);
      assertThat(desk.table.count()).containsEntry(SessionState.CLOSED, 1L);
    }
  }
}
