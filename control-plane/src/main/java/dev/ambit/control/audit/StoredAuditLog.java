package dev.ambit.control.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CheckpointTable;
import dev.ambit.control.store.OwnChain;
import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.ChainedRecord;
import dev.ambit.proto.v1.StoredRecord;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The audit log in the store: a chain goes on exactly where it stopped, in the hands of the
/// identity that began it, or not at all.
public final class StoredAuditLog implements AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger(StoredAuditLog.class);
  private static final int RECORDS_MAX = 1_000;
  private static final int RECORD_BYTES_MAX = 64 * 1_024;
  private static final int PAGE_MAX = 1_000;
  private static final int CHECKPOINTS_MAX = 500;
  private static final ByteString GENESIS = ByteString.copyFrom(new byte[32]);

  /// Writers who race for one chain: all but one look again, this often at most.
  private static final int TRIES_MAX = 8;

  private final AuditTable table;
  private final CheckpointTable checkpoints;
  private final InstantSource clock;
  private final AtomicLong broken = new AtomicLong();

  public StoredAuditLog(AuditTable table, CheckpointTable checkpoints, InstantSource clock) {
    this.table = table;
    this.checkpoints = checkpoints;
    this.clock = clock;
  }

  @Override
  public long append(String workload, String proxyId, String bootId, List<ChainedRecord> records)
      throws ChainBroken {
    try {
      for (var attempt = 0; attempt < TRIES_MAX; attempt++) {
        var head = head(workload, proxyId, bootId, records);
        var links = links(head, records);
        if (links.isEmpty()) {
          return head.seq();
        }
        if (table.append(head, links, clock.instant())) {
          return links.getLast().seq();
        }
      }
      throw new ChainBroken("chain: several writers at once (expected: one)");
    } catch (ChainBroken alarm) {
      broken.incrementAndGet();
      LOG.warn("audit chain {} of {} refused: {}", safe(bootId), workload, alarm.getMessage());
      throw alarm;
    }
  }

  @Override
  public Page list(String sessionId, long afterId, int count) {
    var rows = table.list(sessionId, afterId, bounded(count, PAGE_MAX) + 1);
    var more = rows.size() > bounded(count, PAGE_MAX);
    var page = more ? rows.subList(0, rows.size() - 1) : rows;
    return new Page(
        page.stream().map(StoredAuditLog::stored).toList(), more ? page.getLast().id() : 0);
  }

  @Override
  public CheckpointPage checkpoints(long before, int count) {
    var rows = checkpoints.list(before, bounded(count, CHECKPOINTS_MAX) + 1);
    var more = rows.size() > bounded(count, CHECKPOINTS_MAX);
    var page = more ? rows.subList(0, rows.size() - 1) : rows;
    return new CheckpointPage(
        page.stream().map(CheckpointTable.Row::envelope).toList(), more ? page.getLast().n() : 0);
  }

  @Override
  public long broken() {
    return broken.get();
  }

  private AuditTable.Head head(
      String workload, String proxyId, String bootId, List<ChainedRecord> records)
      throws ChainBroken {
    if (records.isEmpty() || records.size() > RECORDS_MAX) {
      throw new ChainBroken("records: " + records.size() + " (expected: 1 to " + RECORDS_MAX + ")");
    }
    try {
      Ids.check("boot_id", bootId);
      Ids.check("proxy_id", proxyId);
    } catch (IllegalArgumentException _) {
      throw new ChainBroken("boot_id or proxy_id: malformed (expected: 26 characters)");
    }
    var known = table.head(bootId);
    if (known.isEmpty()) {
      return new AuditTable.Head(bootId, workload, proxyId, 0, GENESIS);
    }
    if (!known.get().workload().equals(workload) || !known.get().proxy().equals(proxyId)) {
      throw new ChainBroken("boot_id: another's chain (expected: one's own)");
    }
    return known.get();
  }

  private List<AuditTable.Link> links(AuditTable.Head head, List<ChainedRecord> records)
      throws ChainBroken {
    var links = new ArrayList<AuditTable.Link>();
    var seq = head.seq();
    var hash = head.hash();
    for (var record : records) {
      if (record.getSeq() >= 1 && record.getSeq() <= head.seq()) {
        same(head.boot(), record);
        continue;
      }
      if (record.getSeq() != seq + 1) {
        throw new ChainBroken("seq: " + record.getSeq() + " (expected: " + (seq + 1) + ")");
      }
      seq = record.getSeq();
      hash = follows(hash, record);
      links.add(link(record));
    }
    return links;
  }

  private void same(String boot, ChainedRecord record) throws ChainBroken {
    var stored = table.hash(boot, record.getSeq());
    var before =
        record.getSeq() == 1 ? GENESIS : table.hash(boot, record.getSeq() - 1).orElse(GENESIS);
    if (stored.isEmpty()
        || !stored.get().equals(record.getHash())
        || !stored.get().equals(follows(before, record))) {
      throw new ChainBroken(
          "record: another at seq " + record.getSeq() + " (expected: the one acknowledged)");
    }
  }

  private static ByteString follows(ByteString before, ChainedRecord record) throws ChainBroken {
    if (record.getRecord().size() > RECORD_BYTES_MAX) {
      throw new ChainBroken(
          "record: " + record.getRecord().size() + " bytes (expected: at most 64 KiB)");
    }
    var hash = OwnChain.hash(before, record.getSeq(), record.getRecord());
    if (!hash.equals(record.getHash())) {
      throw new ChainBroken(
          "hash: wrong at seq " + record.getSeq() + " (expected: over the hash before)");
    }
    return hash;
  }

  private static AuditTable.Link link(ChainedRecord record) throws ChainBroken {
    try {
      var parsed = AuditRecord.parseFrom(record.getRecord());
      return new AuditTable.Link(
          record.getSeq(),
          record.getHash(),
          record.getRecord(),
          parsed.getSessionId(),
          kind(parsed),
          weight(parsed),
          instant(parsed.getAt()),
          Drift.counts(parsed));
    } catch (InvalidProtocolBufferException | DateTimeException | ArithmeticException _) {
      throw new ChainBroken(
          "record: unreadable at seq " + record.getSeq() + " (expected: an AuditRecord)");
    }
  }

  private static String kind(AuditRecord record) {
    return switch (record.getEntryCase()) {
      case DECISION -> record.getDecision().getPermitted() ? "permit" : "denial";
      case COMPLETION, OPAQUE_CLOSING -> "completion";
      case OPAQUE_OPENING -> "permit";
      // A proxy has nothing to say about the lives of credentials and sessions.
      case CREDENTIAL, SESSION_EVENT, ENTRY_NOT_SET -> "other";
    };
  }

  private static long weight(AuditRecord record) {
    return record.hasDecision()
        ? Math.clamp(record.getDecision().getCount(), 1, Integer.MAX_VALUE)
        : 1;
  }

  private static Instant instant(Timestamp at) {
    var instant = Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
    return Instant.ofEpochMilli(instant.toEpochMilli());
  }

  private static StoredRecord stored(AuditTable.Row row) {
    var stored =
        StoredRecord.newBuilder()
            .setWorkload(row.workload())
            .setBootId(row.boot())
            .setSeq(row.seq())
            .setHash(row.hash());
    Links.defect(row).ifPresent(stored::setDefect);
    try {
      stored.setRecord(AuditRecord.parseFrom(row.record()));
    } catch (InvalidProtocolBufferException _) {
      stored.setDefect("the record is unreadable");
    }
    return stored.build();
  }

  private static int bounded(int count, int max) {
    return Math.clamp(count, 1, max);
  }

  private static String safe(String bootId) {
    return bootId.matches("[0-9A-Z]{26}") ? bootId : "(malformed)";
  }
}
