package dev.ambit.proxy.model;

import dev.ambit.envelope.SessionId;
import org.jspecify.annotations.Nullable;

/// The agent connection that a call came by. It is pinned to the first session it was used for.
/// Confined to its loop.
public final class Connection {
  private @Nullable SessionId pinned;

  /// Whether the connection may serve this session; the first asked for pins it.
  public boolean pin(SessionId session) {
    if (pinned == null) {
      pinned = session;
    }
    return pinned.equals(session);
  }

  /// The session it is pinned to; null before the first call.
  public @Nullable SessionId pinned() {
    return pinned;
  }
}
