package dev.ambit.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.receipt.ReceiptFile;
import dev.ambit.cli.receipt.ReceiptView;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.StoredRecord;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What a receipt says of calls is what happened, or it says that this is not known.
class ReceiptCountTest {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int AGENTS = 4;
  private static final int SESSIONS = 5;

  /// Denials above ten a second are folded, and some call is always admitted in the last
  /// millisecond.
  @Test
  void countsWhatWasFoldedAndWhatWasAdmittedInTheLastMillisecondBeforeTheEnd() throws Exception {
    try (var set = start()) {
      for (var number = 0; number < SESSIONS; number++) {
        var session = set.open();
        var mark = set.upstream().mark();
        var permitted = new AtomicLong();
        var denied = new AtomicLong();
        var agents = new ArrayList<CompletableFuture<Void>>();
        for (var agent = 0; agent < AGENTS; agent++) {
          agents.add(CompletableFuture.runAsync(() -> callUntilTheEnd(set, permitted, denied)));
        }
        Await.until("many denials", PATIENCE, () -> denied.get() > 40);
        set.close(session);
        set.untilClosed(session);
        var receipt = receipt(set, session);
        agents.forEach(CompletableFuture::join);

        assertThat(receipt.calls().complete()).isTrue();
        assertThat(receipt.cuts()).extracting(Receipt.Cut::recorded).containsOnly(true);
        assertThat(receipt.calls().permitted())
            .isGreaterThanOrEqualTo(set.upstream().since(mark, "request").size())
            .isGreaterThanOrEqualTo(permitted.get());
        assertThat(receipt.calls().denied()).isGreaterThanOrEqualTo(denied.get());
        // Whatever comes later, nothing of this session was still to come.
        var next = set.open();
        set.close(next);
        set.untilClosed(next);
        assertThat(receipt(set, next).calls()).isEqualTo(new Receipt.Calls(0, 0, true));
        assertThat(receipt.calls())
            .isEqualTo(
                new Receipt.Calls(
                    onRecord(set, session, true), onRecord(set, session, false), true));
      }
    }
  }

  @Test
  void saysThatThereMayHaveBeenMoreCallsWhenTheProxyWasKilled() throws Exception {
    try (var set = start();
        var agent = new Caller(set, "")) {
      var session = set.open();
      assertThat(agent.get(set.peers().api("/v1/items")).status()).isEqualTo(200);
      set.member("proxy").kill();
      set.close(session);
      set.untilClosed(session);
      var receipt = receipt(set, session);
      assertThat(receipt.calls().complete()).isFalse();
      assertThat(receipt.cuts())
          .singleElement()
          .satisfies(cut -> assertThat(cut.acknowledged()).isFalse())
          .satisfies(cut -> assertThat(cut.recorded()).isFalse());
      assertThat(ReceiptView.summary(receipt))
          .contains(
              "there may have been more calls: the record of one proxy is not known to be complete");
    }
  }

  private static WholeSet start() throws IOException {
    return WholeSet.start(new WholeSet.Wishes("", Set.of(), LEASE, port -> port));
  }

  private static void callUntilTheEnd(WholeSet set, AtomicLong permitted, AtomicLong denied) {
    try (var caller = new Caller(set, "")) {
      while (true) {
        var refused = caller.post(set.peers().api("/v1/items/1"), "x");
        if (!refused.reason().equals("method_not_granted")) {
          return;
        }
        denied.incrementAndGet();
        if (caller.get(set.peers().api("/v1/items")).status() != 200) {
          return;
        }
        permitted.incrementAndGet();
      }
    } catch (IOException _) {
      // Cut in the middle of a call.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Receipt receipt(WholeSet set, Session session) {
    return ReceiptFile.ofSession(session.getId(), set.controlPlane()).receipt();
  }

  private static long onRecord(WholeSet set, Session session, boolean permitted) {
    return AuditTrail.of(set).records().stream()
        .map(StoredRecord::getRecord)
        .filter(record -> record.getSessionId().equals(session.getId()))
        .filter(AuditRecord::hasDecision)
        .filter(record -> record.getDecision().getPermitted() == permitted)
        .mapToLong(record -> Math.max(1, record.getDecision().getCount()))
        .sum();
  }
}
