package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.model.Connection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How requests of one agent connection come: straight, or through the tunnel it opened.
///
/// @param tunnel where the tunnel leads, with the scheme spoken inside; null outside of one
/// @param handles presented when the tunnel was opened
record Via(@Nullable Authority tunnel, List<String> handles, Connection connection) {
  static Via straight() {
    return new Via(null, List.of(), new Connection());
  }

  Via {
    handles = List.copyOf(handles);
  }
}
