package dev.ambit.control.publish;

import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// Streams that have not said hello yet; whoever takes too long over it is ended. Thread-safe.
final class Strangers {
  /// How long a stream may take to its hello.
  static final Duration HELLO_MAX = Duration.ofSeconds(10);

  private final Map<ProxyStream, Long> since = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  Strangers(LongSupplier nanos) {
    this.nanos = nanos;
  }

  void came(ProxyStream stream) {
    since.put(stream, nanos.getAsLong());
  }

  /// It said hello, or is gone.
  void named(ProxyStream stream) {
    since.remove(stream);
  }

  /// Ends who took too long. Called once a second.
  void sweep() {
    var now = nanos.getAsLong();
    since.forEach((stream, came) -> {
      if (now - came >= HELLO_MAX.toNanos()) {
        since.remove(stream);
        stream.end(
            Status.DEADLINE_EXCEEDED.withDescription(
                "hello: none (expected: within " + HELLO_MAX.toSeconds() + "s)"));
      }
    });
  }
}
