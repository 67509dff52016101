package dev.ambit.proxy.audit;

import static dev.ambit.proxy.testing.Samples.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.ChainedRecord;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proto.v1.RecordRequest;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Intent;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.testing.ManualTime;
import dev.ambit.proxy.testing.Samples;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One record for every call, durable before the call goes, whatever happens to the process.
class JournalTest {
  private static final String BOOT = "01ARZ3NDEKTSV4RRFFQ69G5B01";
  private static final String NEXT_BOOT = "01ARZ3NDEKTSV4RRFFQ69G5B02";
  private static final String PROXY = "01ARZ3NDEKTSV4RRFFQ69G5FPX";
  private static final SessionImage IMAGE = Samples.image(Samples.session(ONE, 3));

  /// The session has ended.
  private static final SessionImage NOTHING =
      new SessionImage(IMAGE.epoch(), IMAGE.version() + 1, Map.of(), Map.of());

  private static final long SPOOL = 1 << 20;

  private final ExecutorService loop = Executors.newSingleThreadExecutor();
  private final ManualTime time = new ManualTime();
  private final List<FileChannel> channels = new ArrayList<>();
  private boolean diskFails;

  @TempDir private Path dir;

  @AfterEach
  void stop() {
    loop.shutdownNow();
  }

  @Test
  void chainsAnIntentItsCompletionAndADenialInOrder() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      assertThat(intent(journal, 1)).isTrue();
      end(journal, 1, answered());
      end(journal, 2, denied(Reason.PATH_NOT_GRANTED));
    }
    var records = leftovers();
    assertThat(records).hasSize(3);
    assertThat(records.get(0).getDecision().getPermitted()).isTrue();
    assertThat(records.get(0).getDecision().getAddress()).isEqualTo("192.0.2.1:443");
    assertThat(records.get(0).getSessionId()).isEqualTo(ONE.value());
    assertThat(records.get(0).getImageVersion()).isEqualTo(3);
    assertThat(records.get(1).getCallId()).isEqualTo(records.get(0).getCallId());
    assertThat(records.get(1).getCompletion().getResult())
        .isEqualTo(Completion.COMPLETION_ANSWERED);
    assertThat(records.get(2).getDecision().getReason()).isEqualTo("path_not_granted");
    assertThat(records.get(2).getDecision().getCount()).isEqualTo(1);
  }

  @Test
  void givesEveryCallOneDecisionAndAfterAPermitOneCompletion() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      assertThat(intent(journal, 1)).isTrue();
      end(journal, 1, new CallEnd.Broken(500));
      assertThat(intent(journal, 2)).isTrue();
      end(journal, 2, denied(Reason.LEASE_LOST));
      end(journal, 3, new CallEnd.Broken(500));
      permit(journal, 4);
      end(journal, 4, new CallEnd.Failed(new Failure(Failure.Stage.RESOLVE, false, "no"), 502));
    }
    var records = leftovers();
    assertThat(records).hasSize(7);
    assertThat(records.get(1).getCompletion().getResult()).isEqualTo(Completion.COMPLETION_UNKNOWN);
    assertThat(records.get(3).getCompletion().getResult())
        .isEqualTo(Completion.COMPLETION_NOT_SENT);
    assertThat(records.get(4).getDecision().getReason()).isEqualTo("internal");
    assertThat(records.get(5).getDecision().getPermitted()).isTrue();
    assertThat(records.get(5).getDecision().getGrant()).isEqualTo("items");
    assertThat(records.get(6).getCompletion().getFailedStage()).isEqualTo("resolve");
  }

  @Test
  void sendsTheChainWithHashesThatAnyoneCanRecompute() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      assertThat(intent(journal, 1)).isTrue();
      end(journal, 1, answered());
      var sent = next(journal).orElseThrow();
      assertThat(sent.getProxyId()).isEqualTo(PROXY);
      assertThat(sent.getBootId()).isEqualTo(BOOT);
      assertThat(sent.getRecordsList()).extracting(ChainedRecord::getSeq).containsExactly(1L, 2L);
      var hash = new byte[32];
      for (var record : sent.getRecordsList()) {
        var sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(hash);
        sha256.update(new byte[7]);
        sha256.update((byte) record.getSeq());
        hash = sha256.digest(record.getRecord().toByteArray());
        assertThat(record.getHash().toByteArray()).isEqualTo(hash);
      }
      assertThat(next(journal)).isEmpty();
      journal.rewind();
      assertThat(next(journal)).contains(sent);
    }
  }

  @Test
  void replaysTheChainsOfEarlierBootsFirst() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      end(journal, 1, denied(Reason.NO_SESSION));
    }
    try (var journal = open(NEXT_BOOT, SPOOL)) {
      end(journal, 2, denied(Reason.NO_SESSION));
      until(() -> journal.recorded() == 1);
      assertThat(next(journal).orElseThrow().getBootId()).isEqualTo(BOOT);
      assertThat(next(journal).orElseThrow().getBootId()).isEqualTo(NEXT_BOOT);
      journal.acknowledged(BOOT, 1);
      journal.rewind();
      assertThat(next(journal).orElseThrow().getBootId()).isEqualTo(NEXT_BOOT);
    }
    assertThat(files()).singleElement().asString().contains(NEXT_BOOT);
  }

  @Test
  void cutsATornTailAndRecordsWhatItLeftOpenAsUnknown() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      assertThat(intent(journal, 1)).isTrue();
      assertThat(intent(journal, 2)).isTrue();
      end(journal, 2, answered());
    }
    var file = files().getFirst();
    // The kill came in the middle of writing the completion of call 2.
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 3);
    }
    try (var journal = open(NEXT_BOOT, SPOOL)) {
      assertThat(records(next(journal).orElseThrow())).hasSize(2);
      var second = next(journal).orElseThrow();
      assertThat(second.getBootId()).isEqualTo(NEXT_BOOT);
      assertThat(records(second))
          .extracting(AuditRecord::getCallId)
          .containsExactly(id(1).value(), id(2).value());
      assertThat(records(second))
          .allMatch(record ->
              record.getCompletion().getResult() == Completion.COMPLETION_UNKNOWN
                  && record.getSessionId().equals(ONE.value()));
    }
  }

  @Test
  void writesUnknownOnceHoweverOftenTheProcessDies() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      assertThat(intent(journal, 1)).isTrue();
    }
    open(NEXT_BOOT, SPOOL).close();
    open("01ARZ3NDEKTSV4RRFFQ69G5B03", SPOOL).close();
    assertThat(leftovers()).hasSize(2);
  }

  @Test
  void remembersAnOpenCallWhoseIntentWasAcknowledgedAndDropped() throws Exception {
    try (var journal = open(BOOT, 160_000)) {
      assertThat(intent(journal, 1)).isTrue();
      // Enough to fill the first file of 10,000 bytes and begin another.
      complete(journal, 2, 60);
      until(() -> journal.recorded() == 117);
      journal.acknowledged(BOOT, 117);
      next(journal);
    }
    assertThat(leftovers()).noneMatch(record -> record.getCallId().equals(id(1).value()));
    try (var journal = open(NEXT_BOOT, SPOOL)) {
      journal.acknowledged(BOOT, Long.MAX_VALUE);
      journal.rewind();
      var unknown = records(next(journal).orElseThrow()).getLast();
      assertThat(unknown.getCallId()).isEqualTo(id(1).value());
      assertThat(unknown.getCompletion().getResult()).isEqualTo(Completion.COMPLETION_UNKNOWN);
    }
    try (var files = Files.list(dir)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("open-"))).isEmpty();
    }
  }

  @Test
  void neverSaysUnknownOfACallWhoseIntentAndCompletionWereBothDropped() throws Exception {
    try (var journal = open(BOOT, 160_000)) {
      assertThat(intent(journal, 1)).isTrue();
      complete(journal, 2, 60);
      until(() -> journal.recorded() == 117);
      journal.acknowledged(BOOT, 117);
      next(journal);
      end(journal, 1, answered());
      complete(journal, 60, 120);
      until(() -> journal.recorded() == 238);
      journal.acknowledged(BOOT, 238);
      next(journal);
    }
    open(NEXT_BOOT, SPOOL).close();
    assertThat(leftovers()).noneMatch(record -> record.getCallId().equals(id(1).value()));
  }

  private void complete(Journal journal, int from, int to) throws Exception {
    for (var i = from; i < to; i++) {
      assertThat(intent(journal, i)).isTrue();
      end(journal, i, answered());
    }
  }

  @Test
  void refusesAnIntentWhenTheSpoolIsFullAndTakesOneAgainWhenItIsNot() throws Exception {
    try (var journal = open(BOOT, 65_536)) {
      var taken = 0;
      while (intent(journal, taken)) {
        taken++;
      }
      assertThat(taken).isBetween(40, 60);
      // Every open call finds the room that was kept for its end.
      for (var i = 0; i < taken; i++) {
        end(journal, i, answered());
      }
      var all = 2L * taken;
      until(() -> journal.recorded() == all);
      assertThat(journal.bytes()).isLessThanOrEqualTo(65_536);
      journal.acknowledged(BOOT, all);
      next(journal);
      assertThat(intent(journal, 1_000)).isTrue();
    }
  }

  @Test
  void losesNoCountOfDenialsWhenTheSpoolIsFull() throws Exception {
    var counted = 0L;
    try (var journal = open(BOOT, 65_536)) {
      var taken = 0;
      while (intent(journal, taken)) {
        taken++;
      }
      for (var i = 0; i < 30; i++) {
        end(journal, 2_000 + i, denied(Reason.NO_SESSION));
      }
      for (var i = 0; i < taken; i++) {
        end(journal, i, answered());
      }
      for (var sent = next(journal); sent.isPresent(); sent = next(journal)) {
        counted += denials(records(sent.get()), Reason.NO_SESSION);
        journal.acknowledged(
            BOOT, sent.get().getRecords(sent.get().getRecordsCount() - 1).getSeq());
      }
      assertThat(counted).isLessThan(10);
      next(journal);
      onLoop(() -> time.advance(Duration.ofSeconds(1)));
      assertThat(journal.dropped()).isZero();
    }
    assertThat(counted + denials(leftovers(), Reason.NO_SESSION)).isEqualTo(30);
  }

  private static long denials(List<AuditRecord> records, Reason reason) {
    return records.stream()
        .filter(record -> record.getDecision().getReason().equals(reason.code()))
        .mapToLong(record -> record.getDecision().getCount())
        .sum();
  }

  @Test
  void makesOneRecordWithAnExactCountOfIdenticalDenialsAboveTenASecond() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      for (var i = 0; i < 1_000; i++) {
        end(journal, i, denied(Reason.PATH_NOT_GRANTED));
      }
      end(journal, 1_000, denied(Reason.METHOD_NOT_GRANTED));
      onLoop(() -> time.advance(Duration.ofSeconds(1)));
      end(journal, 1_001, denied(Reason.PATH_NOT_GRANTED));
    }
    assertThat(leftovers())
        .extracting(record -> record.getDecision().getCount())
        .containsExactly(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 990L, 1L, 1L);
  }

  @Test
  void saysHowFarItsChainReachesWithTheDenialsThatWereStillFolded() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      for (var i = 0; i < 15; i++) {
        end(journal, i, denied(Reason.PATH_NOT_GRANTED));
      }
      // Ten records, and one of the other five, for whose second nobody waited.
      assertThat(settled(journal, NOTHING).seq()).isEqualTo(11);
      assertThat(counts(records(next(journal).orElseThrow()))).isEqualTo(15);
    }
  }

  @Test
  void waitsForCallsOfAnEndedSessionThatAreStillOnTheirWayAndForNoOthers() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      permit(journal, 1);
      permit(journal, 2);
      permit(journal, 3);
      assertThat(settled(journal, IMAGE).seq()).isZero();
      var ended = onLoop(() -> journal.settle(NOTHING)).toCompletableFuture();
      assertThat(intent(journal, 1)).isTrue();
      end(journal, 2, denied(Reason.SESSION_ENDED));
      until(() -> journal.recorded() == 2);
      assertThat(ended).isNotDone();
      end(journal, 3, new CallEnd.Failed(new Failure(Failure.Stage.RESOLVE, false, "no"), 502));
      assertThat(ended.get(10, TimeUnit.SECONDS).seq()).isGreaterThanOrEqualTo(3);
      assertThat(onLoop(() -> journal.recorded())).isGreaterThanOrEqualTo(3);
    }
    assertThat(leftovers().stream().filter(AuditRecord::hasDecision)).hasSize(3);
  }

  @Test
  void letsTheLastOfManyWaitsStandForTheRest() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      permit(journal, 1);
      var waits = new ArrayList<CompletableFuture<Reach>>();
      for (var i = 0; i < 3 * Settling.WAITING_MAX; i++) {
        waits.add(onLoop(() -> journal.settle(NOTHING)).toCompletableFuture());
      }
      assertThat(waits.stream().distinct()).hasSize(Settling.WAITING_MAX);
      end(journal, 1, denied(Reason.SESSION_ENDED));
      for (var wait : waits) {
        assertThat(wait.get(10, TimeUnit.SECONDS).seq()).isEqualTo(1);
      }
    }
  }

  @Test
  void namesTheNewestChainOfEarlierBootsWhileItHasWrittenNothing() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      end(journal, 1, denied(Reason.NO_SESSION));
    }
    try (var journal = open(NEXT_BOOT, SPOOL)) {
      var reach = settled(journal, IMAGE);
      assertThat(reach.bootId()).isEqualTo(BOOT);
      assertThat(reach.seq()).isEqualTo(1);
      end(journal, 2, denied(Reason.NO_SESSION));
      assertThat(settled(journal, IMAGE).bootId()).isEqualTo(NEXT_BOOT);
    }
  }

  @Test
  void vouchesForAnEarlierProcessThatStoppedInOrder() throws Exception {
    dir = dir.resolve("spool");
    for (var boot : List.of(BOOT, NEXT_BOOT)) {
      try (var journal = open(boot, SPOOL)) {
        for (var i = 0; i < 15; i++) {
          end(journal, i, denied(Reason.PATH_NOT_GRANTED));
        }
        assertThat(settled(journal, IMAGE).lostUntil()).isZero();
        onLoop(journal::stop);
      }
    }
    assertThat(counts(leftovers())).isEqualTo(30);
  }

  @Test
  void vouchesForNoSessionThatWasThereWhenAProcessDied() throws Exception {
    dir = dir.resolve("spool");
    open(BOOT, SPOOL).close();
    try (var journal = open(NEXT_BOOT, SPOOL)) {
      assertThat(settled(journal, IMAGE).lostUntil()).isEqualTo(IMAGE.version());
      var later = new SessionImage(IMAGE.epoch(), 9, IMAGE.sessions(), IMAGE.ended());
      assertThat(settled(journal, later).lostUntil()).isEqualTo(IMAGE.version());
      onLoop(journal::stop);
    }
    // What one process could not vouch for, the next one cannot either.
    try (var journal = open("01ARZ3NDEKTSV4RRFFQ69G5B03", SPOOL)) {
      assertThat(settled(journal, IMAGE).lostUntil()).isEqualTo(IMAGE.version());
    }
  }

  @Test
  void vouchesForNoSessionOfWhichACallWasStillOnItsWayWhenItStopped() throws Exception {
    dir = dir.resolve("spool");
    try (var journal = open(BOOT, SPOOL)) {
      permit(journal, 1);
      onLoop(journal::stop);
    }
    try (var journal = open(NEXT_BOOT, SPOOL)) {
      assertThat(settled(journal, IMAGE).lostUntil()).isEqualTo(IMAGE.version());
    }
  }

  @Test
  void vouchesForNoSessionThatWasThereWhenTheSpoolHadNoRoom() throws Exception {
    dir = dir.resolve("spool");
    try (var journal = open(BOOT, 65_536)) {
      var taken = 0;
      while (intent(journal, taken)) {
        taken++;
      }
      permit(journal, 2_000);
      end(journal, 2_000, new CallEnd.Failed(new Failure(Failure.Stage.RESOLVE, false, "no"), 502));
      assertThat(journal.dropped()).isEqualTo(1);
      for (var i = 0; i < taken; i++) {
        end(journal, i, answered());
      }
      assertThat(settled(journal, NOTHING).lostUntil()).isEqualTo(IMAGE.version());
    }
  }

  @Test
  void saysNothingWhileADenialFindsNoRoomOnTheDisk() throws Exception {
    try (var journal = open(BOOT, 65_536)) {
      var taken = 0;
      while (intent(journal, taken)) {
        taken++;
      }
      for (var i = 0; i < 30; i++) {
        end(journal, 2_000 + i, denied(Reason.PATH_NOT_GRANTED));
      }
      var settled = onLoop(() -> journal.settle(IMAGE)).toCompletableFuture();
      until(() -> journal.waiting() == 0);
      onLoop(() -> time.advance(Duration.ofSeconds(1)));
      assertThat(settled).isNotDone();
      // Ends that take less room than was kept for them give the rest back.
      for (var i = 0; i < taken; i++) {
        end(journal, i, answered());
      }
      assertThat(settled.get(10, TimeUnit.SECONDS).seq()).isPositive();
    }
    assertThat(denials(leftovers(), Reason.PATH_NOT_GRANTED)).isEqualTo(30);
  }

  @Test
  void deniesWhileTheDiskFailsAndRecoversByItself() throws Exception {
    try (var journal = open(BOOT, SPOOL)) {
      assertThat(intent(journal, 1)).isTrue();
      diskFails = true;
      for (var channel : channels) {
        channel.close();
      }
      assertThat(intent(journal, 2)).isFalse();
      assertThat(journal.failing()).isTrue();
      // The end of a call that went must not be lost: it waits for the disk.
      end(journal, 1, answered());
      assertThat(intent(journal, 3)).isFalse();
      diskFails = false;
      until(() -> journal.recorded() == 2);
      assertThat(intent(journal, 4)).isTrue();
    }
    assertThat(leftovers())
        .extracting(AuditRecord::getCallId)
        .containsExactly(id(1).value(), id(1).value(), id(4).value());
  }

  @Test
  void startsEvenWhereNothingCanBeWrittenAndDenies() throws Exception {
    diskFails = true;
    try (var journal = open(BOOT, SPOOL)) {
      assertThat(intent(journal, 1)).isFalse();
    }
  }

  @Test
  void writesWhatWaitsTogetherWithOneForce() throws Exception {
    var spool = Spool.open(dir, PROXY, BOOT, SPOOL, Spool.Opener.NEW_FILE, new Records(time));
    var order = new ArrayList<Integer>();
    var writer = new SpoolWriter(spool, loop);
    var last = new ArrayList<CompletionStage<Void>>();
    for (var i = 0; i < 100; i++) {
      var number = i;
      var record = AuditRecord.newBuilder().setCallId(id(i).value()).build();
      last.add(
          writer
              .write(Spool.Entry.closing(id(i).value(), record))
              .thenAccept(_ -> order.add(number)));
    }
    writer.start();
    last.getLast().toCompletableFuture().get(10, TimeUnit.SECONDS);
    writer.close(() -> false);
    assertThat(order).hasSize(100).isSorted();
    assertThat(leftovers()).hasSize(100);
  }

  private Journal open(String boot, long bytesMax) throws IOException {
    return Journal.open(
        dir, PROXY, boot, bytesMax, () -> IMAGE, loop, time, time, time, this::disk);
  }

  private FileChannel disk(Path file) throws IOException {
    if (diskFails) {
      throw new IOException("the disk is gone");
    }
    var channel = Spool.Opener.NEW_FILE.open(file);
    channels.add(channel);
    return channel;
  }

  private boolean intent(Journal journal, int number) throws Exception {
    var session = IMAGE.sessions().values().iterator().next();
    var intent =
        new Intent(
            arrival(number), IMAGE, session, "good", "items", "192.0.2.1:443", false, "", false);
    return onLoop(() -> journal.write(intent)).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private void permit(Journal journal, int number) throws Exception {
    var session = IMAGE.sessions().values().iterator().next();
    onLoop(() -> journal.permitted(arrival(number), session, "good", "items"));
  }

  private void end(Journal journal, int number, CallEnd end) throws Exception {
    onLoop(() -> journal.ended(arrival(number), end));
  }

  private Reach settled(Journal journal, SessionImage image) throws Exception {
    return onLoop(() -> journal.settle(image)).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static long counts(List<AuditRecord> records) {
    return records.stream().mapToLong(record -> record.getDecision().getCount()).sum();
  }

  private Optional<RecordRequest> next(Journal journal) throws Exception {
    return onLoop(journal::next).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private <T> T onLoop(Supplier<T> task) throws Exception {
    return loop.submit(task::get).get(10, TimeUnit.SECONDS);
  }

  private void onLoop(Runnable task) throws Exception {
    var _ = loop.submit(task).get(10, TimeUnit.SECONDS);
  }

  private static void until(Supplier<Boolean> holds) {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.get()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(dir)) {
      return files.sorted().toList();
    }
  }

  /// What stands in the folder once the process is gone, in order.
  private List<AuditRecord> leftovers() throws IOException {
    var records = new ArrayList<AuditRecord>();
    for (var segment : Leftovers.read(dir).segments()) {
      for (var link : segment.read(0, segment.bytes(), 1 << 30, 1 << 30).links()) {
        records.add(AuditRecord.parseFrom(link.record()));
      }
    }
    return records;
  }

  private static List<AuditRecord> records(RecordRequest message) throws IOException {
    var records = new ArrayList<AuditRecord>();
    for (var record : message.getRecordsList()) {
      records.add(AuditRecord.parseFrom(record.getRecord()));
    }
    return records;
  }

  private static CallId id(int number) {
    return arrival(number).id();
  }

  private static Arrival arrival(int number) {
    return Samples.arrival(number, "https://api.good.test/v1/items/7");
  }

  private static CallEnd answered() {
    return new CallEnd.Completed(
        CallEnd.Result.ANSWERED, 200, 200, 0, 12, "", List.of("trailers_dropped"));
  }

  private static CallEnd denied(Reason reason) {
    return new CallEnd.Denied(Denial.of(reason, null), 403);
  }
}
