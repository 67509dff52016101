package dev.ambit.control.audit;

import com.google.protobuf.ByteString;
import dev.ambit.proto.v1.ChainedRecord;
import dev.ambit.proto.v1.StoredRecord;
import java.util.List;

/// Takes the records of proxies, whole chains in order. Thread-safe; blocks until durable.
public interface AuditLog {
  /// Stores what is new of a stretch and returns the last durable seq of the chain. Known records
  /// are checked and skipped; a gap, a wrong hash or a conflicting record throws [ChainBroken] and
  /// is alarmed.
  long append(String workload, String proxyId, String bootId, List<ChainedRecord> records)
      throws ChainBroken;

  /// Stretches refused with [ChainBroken] since the process started.
  long broken();

  /// A page of records, oldest first: after `afterId` (0: from the start), at most `count`.
  Page list(String sessionId, long afterId, int count);

  /// A page of signed checkpoints (DSSE in JSON), newest first: before number `before` (0: from the
  /// newest), at most `count`.
  CheckpointPage checkpoints(long before, int count);

  /// A page of checkpoints, and the number to go on before; 0 when it is the last.
  record CheckpointPage(List<ByteString> checkpoints, long next) {
    public CheckpointPage {
      checkpoints = List.copyOf(checkpoints);
    }
  }

  /// A page, and the id to go on after; 0 when it is the last.
  record Page(List<StoredRecord> records, long next) {
    public Page {
      records = List.copyOf(records);
    }
  }
}
