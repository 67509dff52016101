package dev.ambit.proxy.audit;

import dev.ambit.proto.v1.AuditRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Makes one record with an exact count of identical denials once a session gets more than ten in a
/// second. Bounded: what finds no place is counted as dropped. Pure but for what it remembers.
final class DenialFold {
  /// Denials of one session in one second that get a record each.
  static final int SINGLE_MAX = 10;

  /// Different denials folded at a time.
  static final int KINDS_MAX = 1_024;

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Map<String, Window> windows = new HashMap<>();
  private final Map<AuditRecord, Folded> folded = new LinkedHashMap<>();
  private long dropped;

  /// Whether a denial is written as it is; else it was folded.
  boolean single(AuditRecord denial, long nanoTime) {
    var window = windows.computeIfAbsent(denial.getSessionId(), _ -> new Window(nanoTime));
    if (nanoTime - window.start >= WINDOW_NANOS) {
      window.start = nanoTime;
      window.count = 0;
    }
    if (window.count < SINGLE_MAX) {
      window.count++;
      return true;
    }
    fold(denial);
    return false;
  }

  /// Keeps a denial for a later record.
  void fold(AuditRecord denial) {
    var kind = kind(denial);
    var same = folded.get(kind);
    if (same != null) {
      same.count += denial.getDecision().getCount();
    } else if (folded.size() < KINDS_MAX) {
      folded.put(kind, new Folded(denial));
    } else {
      dropped += denial.getDecision().getCount();
    }
  }

  /// The records of what was folded, each with its count; forgets them, and old windows.
  List<AuditRecord> drain(long nanoTime) {
    windows.values().removeIf(window -> nanoTime - window.start >= WINDOW_NANOS);
    var records = new ArrayList<AuditRecord>(folded.size());
    folded.values().forEach(one -> records.add(one.record()));
    folded.clear();
    return records;
  }

  boolean empty() {
    return folded.isEmpty() && windows.isEmpty();
  }

  long dropped() {
    return dropped;
  }

  /// Identical: all but the call's id, the time and the count.
  private static AuditRecord kind(AuditRecord denial) {
    return denial.toBuilder()
        .clearCallId()
        .clearAt()
        .setDecision(denial.getDecision().toBuilder().clearCount())
        .build();
  }

  /// One second of one session.
  private static final class Window {
    private long start;
    private int count;

    Window(long start) {
      this.start = start;
    }
  }

  /// The first of its kind, and how many there were.
  private static final class Folded {
    private final AuditRecord first;
    private long count;

    Folded(AuditRecord first) {
      this.first = first;
      this.count = first.getDecision().getCount();
    }

    AuditRecord record() {
      return first.toBuilder().setDecision(first.getDecision().toBuilder().setCount(count)).build();
    }
  }
}
