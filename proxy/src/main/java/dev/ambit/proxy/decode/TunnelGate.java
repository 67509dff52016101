package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Lease;
import dev.ambit.proxy.model.SessionImage;
import java.util.Optional;
import java.util.function.Supplier;

/// Says whether a tunnel may be opened: only to an authority that some target of a live session
/// holds, so that no leaf is minted for any other (INV-10).
public final class TunnelGate {
  private final Supplier<SessionImage> image;
  private final Lease lease;

  public TunnelGate(Supplier<SessionImage> image, Lease lease) {
    this.image = image;
    this.lease = lease;
  }

  Optional<Denial> objection(Authority authority) {
    throw new UnsupportedOperationException(image + " " + lease + authority);
  }
}
