package dev.ambit.proxy.relay;

import java.util.concurrent.atomic.LongAdder;

/// Counts what connections carry of which nothing is read. Counted on the loop, read by any thread.
public final class Traffic {
  private final LongAdder open = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();

  /// Connections open now.
  public long open() {
    return open.sum();
  }

  /// Bytes relayed to upstreams since the boot.
  public long bytesOut() {
    return bytesOut.sum();
  }

  /// Bytes that came from upstreams since the boot.
  public long bytesIn() {
    return bytesIn.sum();
  }

  void opened() {
    open.increment();
  }

  void closed() {
    open.decrement();
  }

  void out(int bytes) {
    bytesOut.add(bytes);
  }

  void in(int bytes) {
    bytesIn.add(bytes);
  }
}
