package dev.ambit.proxy.identify;

import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Lease;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.SessionImage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Finds the one session a call belongs to, in the image of the moment (envelope.md, "Which
/// session").
public final class Sessions {
  private final Supplier<SessionImage> image;
  private final Lease lease;
  private final LongSupplier nanoTime;

  public Sessions(Supplier<SessionImage> image, Lease lease, LongSupplier nanoTime) {
    this.image = image;
    this.lease = lease;
    this.nanoTime = nanoTime;
  }

  public Outcome<SessionCall> identify(Arrival arrival) {
    throw new UnsupportedOperationException(image + " " + lease + " " + nanoTime + arrival);
  }
}
