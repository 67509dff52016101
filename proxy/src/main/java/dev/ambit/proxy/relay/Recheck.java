package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.SessionImage;
import java.util.Optional;

/// Asks again, of the image and lease of this instant, what `admit` decided. Pure; on the loop.
public interface Recheck {
  /// Why the call may not go, or not go on; empty when it still may.
  Optional<Denial> objection(Admitted admitted, SessionImage image);
}
