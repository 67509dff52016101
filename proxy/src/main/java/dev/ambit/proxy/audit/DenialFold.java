package dev.ambit.proxy.audit;

import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallDecision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Makes one record with an exact count of identical denials once a session gets more than ten in a
/// second. Bounded: more different ones than are told apart share a record for each session and
/// reason, and what finds no place there is counted as dropped. Pure but for what it remembers.
final class DenialFold {
  /// Denials of one session in one second that get a record each.
  static final int SINGLE_MAX = 10;

  /// Different denials folded at a time; as many again that are not told apart.
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
    if (!folded(denial, KINDS_MAX) && !folded(rough(denial), 2 * KINDS_MAX)) {
      dropped += denial.getDecision().getCount();
    }
  }

  private boolean folded(AuditRecord denial, int most) {
    var kind = kind(denial);
    var same = folded.get(kind);
    if (same != null) {
      same.count += denial.getDecision().getCount();
    } else if (folded.size() < most) {
      folded.put(kind, new Folded(denial));
    } else {
      return false;
    }
    return true;
  }

  /// The records of what was folded, each with its count; forgets them, and old windows.
  List<AuditRecord> drain(long nanoTime) {
    windows.values().removeIf(window -> nanoTime - window.start >= WINDOW_NANOS);
    var records = new ArrayList<AuditRecord>(folded.size());
    folded.values().forEach(one -> records.add(one.record()));
    folded.clear();
    return records;
  }

  /// Whether a denial waits for its record.
  boolean holds() {
    return !folded.isEmpty();
  }

  boolean empty() {
    return folded.isEmpty() && windows.isEmpty();
  }

  long dropped() {
    return dropped;
  }

  /// What is left of a denial that is not told apart from others of its session and reason.
  private static AuditRecord rough(AuditRecord denial) {
    var said = denial.getDecision();
    return denial.toBuilder()
        .setDecision(
            CallDecision.newBuilder()
                .setReason(said.getReason())
                .setDetail("More different denials at once than are told apart.")
                .setCount(said.getCount()))
        .build();
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
