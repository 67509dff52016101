package dev.ambit.proxy.relay;

import dev.ambit.envelope.Axes;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.PathTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// An envelope under which WebSockets may be opened as well.
final class WebSocketEnvelope {
  static final String PATH = "/feed";

  private WebSocketEnvelope() {}

  /// The same with a grant of WebSocket at `/feed` on every target, the credential of its first.
  static Envelope of(Envelope old) {
    var grants = new ArrayList<>(old.grants());
    for (var grant : old.grants()) {
      grants.add(
          new Grant(
              grant.name() + "-feed",
              grant.target(),
              Set.of("GET"),
              List.of(PathTemplate.parse(PATH).orThrow()),
              OptionalLong.empty(),
              grant.credential(),
              Axes.NONE,
              true));
    }
    return new Envelope(
        old.session(),
        old.template(),
        old.workload(),
        old.binding(),
        old.sharing(),
        old.expiresAt(),
        old.idle(),
        old.calls(),
        old.targets(),
        grants,
        old.denies());
  }
}
