package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.envelope.SessionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Sessions at rest. The change row is written in the transaction of the change: what is committed
/// is published.
public final class SessionTable {
  private final Store store;

  public SessionTable(Store store) {
    this.store = store;
  }

  public Optional<StoredSession> find(SessionId id) {
    throw new UnsupportedOperationException(store.jdbi().toString() + id);
  }

  public List<StoredSession> inState(SessionState state) {
    throw new UnsupportedOperationException(state.toString());
  }

  /// Moves ACTIVE or SUSPENDED to CLOSING. False when it was not in one of them any more.
  public boolean end(SessionId id, EndReason reason, String detail, Instant at) {
    throw new UnsupportedOperationException();
  }

  /// Moves CLOSING to CLOSED in the transaction that stores the receipt.
  public boolean close(SessionId id, ByteString receipt, Instant at) {
    throw new UnsupportedOperationException();
  }
}
