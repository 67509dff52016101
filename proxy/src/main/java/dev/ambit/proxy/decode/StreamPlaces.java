package dev.ambit.proxy.decode;

/// How many streams, or connections of one kind, all agents together may have open: each can cost
/// an upstream connection, and with it a descriptor. Confined to its loop.
public final class StreamPlaces {
  private final int max;
  private int taken;

  public StreamPlaces(int max) {
    this.max = max;
  }

  boolean take() {
    if (taken == max) {
      return false;
    }
    taken++;
    return true;
  }

  void give() {
    taken--;
  }
}
