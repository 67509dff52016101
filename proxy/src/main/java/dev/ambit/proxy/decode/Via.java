package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.model.Connection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How requests of one agent connection come: straight, through a tunnel, or caught on their way.
///
/// @param handles presented when the tunnel was opened
record Via(Anchor anchor, List<String> handles, Connection connection) {
  private static final Anchor FREE = new Anchor.Free();

  Via {
    handles = List.copyOf(handles);
  }

  static Via straight() {
    return new Via(FREE, List.of(), new Connection());
  }

  /// Where the tunnel leads; null outside of one.
  @Nullable Authority tunnel() {
    return anchor instanceof Anchor.Inside(var authority) ? authority : null;
  }
}
