package dev.ambit.proxy.model;

import dev.ambit.envelope.SessionId;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// The agent connection that a call came by. It is pinned to the first session it was used for.
/// Confined to its loop.
public final class Connection {
  private final @Nullable InetSocketAddress dialled;
  private @Nullable SessionId pinned;

  public Connection() {
    this(null);
  }

  /// One that was caught on its way.
  ///
  /// @param dialled where the agent meant to connect; null when that says nothing
  public Connection(@Nullable InetSocketAddress dialled) {
    this.dialled = dialled;
  }

  /// Whether the agent had meant to connect somewhere else than to this address.
  public boolean dialledOtherThan(InetSocketAddress address) {
    return dialled != null && !dialled.equals(address);
  }

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
