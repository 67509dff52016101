package dev.ambit.proxy.model;

import dev.ambit.envelope.Rules;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import java.util.HexFormat;

/// A session as this proxy enforces it: one version of it. Immutable.
///
/// @param version of the change that made it
/// @param digest of the envelope, 32 bytes as hex
/// @param deadlineNanos when it expires on the monotonic clock ([System#nanoTime])
/// @param handleDigest SHA-256 of the handle as hex; empty for an exclusive session
public record Session(
    SessionId id,
    long version,
    boolean suspended,
    Rules rules,
    String digest,
    long deadlineNanos,
    String handleDigest) {
  public Sharing sharing() {
    return rules.envelope().sharing();
  }

  public byte[] digestBytes() {
    return HexFormat.of().parseHex(digest);
  }

  /// The same with another end of its time.
  public Session until(long deadlineNanos) {
    return new Session(id, version, suspended, rules, digest, deadlineNanos, handleDigest);
  }

  /// Whether its time is over, on the monotonic clock.
  public boolean expired(long nanoTime) {
    return nanoTime - deadlineNanos >= 0;
  }
}
