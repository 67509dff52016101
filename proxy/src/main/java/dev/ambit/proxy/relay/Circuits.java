package dev.ambit.proxy.relay;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.model.Failure;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Spares an upstream that lets nobody connect, and the calls that would wait for it: after
/// [#FAILURES_MAX] failures in a row it is not dialled for a while, then by one call that tries for
/// all. What an upstream answers opens no circuit, and what is connected goes on. Bounded; confined
/// to its loop.
public final class Circuits {
  static final int FAILURES_MAX = 5;
  static final Duration OPEN_MIN = Duration.ofSeconds(1);

  /// Short enough that an upstream which is back is used again within ten seconds, with a dial that
  /// began too early before it.
  static final Duration OPEN_MAX = Duration.ofSeconds(4);

  static final int DESTINATIONS_MAX = 256;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final LinkedHashMap<Destination, Circuit> failing = new LinkedHashMap<>(16, 0.75f, true);
  private final LongSupplier nanoTime;

  /// @param nanoTime as [System#nanoTime()]
  public Circuits(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// What is dialled, and who vouches for it; sessions that agree in that share a circuit.
  record Destination(Authority authority, InetSocketAddress address, UpstreamRoots roots) {
    static Destination of(PoolKey key) {
      return new Destination(key.authority(), key.address(), key.roots());
    }
  }

  /// Lets one dial, who then says what came of it, or tells why nobody does now.
  @Nullable Failure objection(Destination destination) {
    var circuit = failing.get(destination);
    return circuit == null ? null : circuit.objection();
  }

  void connected(Destination destination) {
    failing.remove(destination);
  }

  void failed(Destination destination, Failure failure) {
    failing.computeIfAbsent(destination, _ -> new Circuit()).failed(failure);
    if (failing.size() > DESTINATIONS_MAX) {
      failing.pollFirstEntry();
    }
  }

  /// Destinations that are not dialled now, or by one call alone.
  public int open() {
    return (int) failing.values().stream().filter(circuit -> circuit.open).count();
  }

  /// Of one upstream, from its first failure to its next success.
  private final class Circuit {
    private int failures;
    private @Nullable Failure last;
    private boolean open;
    private boolean trying;
    private Duration wait = OPEN_MIN;
    private long until;

    @Nullable Failure objection() {
      var failure = last;
      if (!open || failure == null) {
        return null;
      }
      long left = until - nanoTime.getAsLong();
      if (left <= 0) {
        // Who tries may leave without a word, or take long; then another does.
        trying = true;
        openFor(OPEN_MAX);
        return null;
      }
      return new Failure(failure.stage(), failure.timeout(), told(failure, left));
    }

    void failed(Failure failure) {
      failures++;
      last = failure;
      if (!open && failures == FAILURES_MAX) {
        open = true;
        openFor(wait);
      } else if (trying) {
        // One that was dialled before it opened says the same as the trial does.
        trying = false;
        wait = wait.multipliedBy(2).compareTo(OPEN_MAX) < 0 ? wait.multipliedBy(2) : OPEN_MAX;
        openFor(wait);
      }
    }

    private void openFor(Duration time) {
      until = nanoTime.getAsLong() + time.toNanos();
    }

    private String told(Failure failure, long left) {
      return failure.detail()
          + " After "
          + failures
          + " failures in a row it is left alone for "
          + Math.ceilDiv(left, NANOS_PER_SECOND)
          + " s.";
    }
  }
}
