package dev.ambit.proxy.resolve;

import dev.ambit.proxy.budget.Reservation;
import java.net.InetSocketAddress;

/// One checked address for the call; nothing looks the name up again.
public final class Route {
  private final Reservation reservation;
  private final InetSocketAddress address;

  Route(Reservation reservation, InetSocketAddress address) {
    this.reservation = reservation;
    this.address = address;
  }

  public Reservation reservation() {
    return reservation;
  }

  public InetSocketAddress address() {
    return address;
  }
}
