package dev.ambit.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.testing.Desk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
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
