package dev.ambit.proxy.relay;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.transport.Alpn;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// What upstreams were last seen to speak: a hint which protocols to offer, never a permission.
/// Bounded; confined to its loop.
public final class Learned {
  static final int AUTHORITIES_MAX = 1_024;

  private final LinkedHashMap<Authority, Alpn> known = new LinkedHashMap<>(16, 0.75f, true);

  /// What it speaks: [Alpn#HTTP2] where it took nothing else, [Alpn#BOTH] where it chose HTTP/2;
  /// null where that is not known.
  public @Nullable Alpn of(Authority authority) {
    return known.get(authority);
  }

  void note(Authority authority, Alpn speaks) {
    known.put(authority, speaks);
    if (known.size() > AUTHORITIES_MAX) {
      known.pollFirstEntry();
    }
  }

  int size() {
    return known.size();
  }
}
