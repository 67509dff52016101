package dev.ambit.control.audit;

import com.google.protobuf.ByteString;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.OwnChain;
import java.util.Optional;

/// Tells whether a stored record is the one that was written at its place.
final class Links {
  private static final ByteString GENESIS = ByteString.copyFrom(new byte[32]);

  private Links() {}

  /// What is wrong with a record, judged by itself and the one before it.
  static Optional<String> defect(AuditTable.Row row) {
    if (row.seq() > 1 && row.before().isEmpty()) {
      return Optional.of("the record before it is missing");
    }
    var before = row.before().orElse(GENESIS);
    return OwnChain.hash(before, row.seq(), row.record()).equals(row.hash())
        ? Optional.empty()
        : Optional.of("the record, its hash or the one before it was changed after it was written");
  }
}
