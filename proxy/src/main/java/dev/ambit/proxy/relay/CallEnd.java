package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Outcome;
import org.jspecify.annotations.Nullable;

/// Is told how each call ended, exactly once per call, on the loop, and writes what the record
/// still lacks. Never throws.
public interface CallEnd {
  /// A call that went its way. `thrown` is what nobody planned; then `outcome` is null.
  void ended(
      Arrival arrival,
      @Nullable Outcome<Exchange> outcome,
      @Nullable Throwable thrown,
      long startedNanos);

  /// Bytes that never became a call: no one meaning, over a limit, or a tunnel to a name that no
  /// target knows.
  ///
  /// @param authority where it was to go as `scheme://host:port`, empty when that is not known
  void refused(CallId id, String method, String authority, Denial denial);
}
