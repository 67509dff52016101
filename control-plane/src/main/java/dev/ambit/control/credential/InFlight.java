package dev.ambit.control.credential;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Credentials that this process is just now issuing. A row that is ISSUING or CHECKING and not in
/// here was left behind by a process that died. Thread-safe.
public final class InFlight {
  private final Set<String> ids = ConcurrentHashMap.newKeySet();

  public boolean contains(String id) {
    return ids.contains(id);
  }

  /// Enters before the row exists; closing the entry leaves after its last change.
  Entry enter(String id) {
    ids.add(id);
    return () -> ids.remove(id);
  }

  /// One credential in flight.
  interface Entry extends AutoCloseable {
    @Override
    void close();
  }
}
