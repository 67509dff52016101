package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Alpn;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Finds the upstream's side of a call: a stream of a shared HTTP/2 connection, an idle HTTP/1.1
/// connection, or a fresh one of either. Calls that may share wait for one handshake together
/// rather than making one each. Confined to its loop.
final class Connections {
  private final Dialer dialer;
  private final UpstreamPool pool;
  private final Learned learned;
  private final Circuits circuits;
  private final Limits limits;
  private final Map<PoolKey, Set<Http2Upstream>> shared = new HashMap<>();
  private final Map<PoolKey, Dial> dials = new HashMap<>();

  Connections(Dialer dialer, UpstreamPool pool, Learned learned, Circuits circuits, Limits limits) {
    this.dialer = dialer;
    this.pool = pool;
    this.learned = learned;
    this.circuits = circuits;
    this.limits = limits;
  }

  /// Told once what was found; the stream is used or given back at once.
  interface Taker {
    void connected(UpstreamStream stream);

    void failed(Failure failure);
  }

  /// A look-out that has not ended. Who gives it up is told nothing more.
  interface Pending {
    void giveUp();
  }

  /// Tells the taker, perhaps before it returns; then there is nothing to give up.
  ///
  /// @param wish which protocols would do
  /// @param fresh whether only a connection will do that has served nobody
  @Nullable Pending open(PoolKey key, Alpn wish, boolean fresh, Taker taker) {
    var offer = offer(key, wish);
    var found = fresh ? null : found(key, offer);
    if (found != null) {
      taker.connected(found);
      return null;
    }
    var waiting = new Waiting(key, wish, taker);
    return dial(waiting, offer) ? waiting : null;
  }

  /// The same for a connection of HTTP/1.1 that nobody has used or will use again.
  @Nullable Pending openAlone(PoolKey key, Taker taker) {
    var waiting = new Waiting(key, Alpn.HTTP1, taker);
    if (refused(waiting)) {
      return null;
    }
    var dial = new Dial(key, Alpn.HTTP1, true);
    dial.join(waiting);
    dial.start();
    return waiting;
  }

  /// Closes what must not serve any more.
  void closeIf(Predicate<PoolKey> gone) {
    pool.closeIf(gone);
    for (var key : new ArrayList<>(shared.keySet())) {
      if (gone.test(key)) {
        new ArrayList<>(shared.getOrDefault(key, Set.of())).forEach(Http2Upstream::abort);
      }
    }
  }

  /// Connections that serve nobody.
  int idle() {
    int idle = pool.size();
    for (var connections : shared.values()) {
      for (var connection : connections) {
        idle += connection.idle() ? 1 : 0;
      }
    }
    return idle;
  }

  private void find(Waiting waiting) {
    var offer = offer(waiting.key, waiting.wish);
    var found = found(waiting.key, offer);
    if (found == null) {
      var _ = dial(waiting, offer);
    } else {
      waiting.taker.connected(found);
    }
  }

  private Alpn offer(PoolKey key, Alpn wish) {
    return wish == Alpn.HTTP1 && learned.of(key.authority()) == Alpn.HTTP2 ? Alpn.HTTP2 : wish;
  }

  private @Nullable UpstreamStream found(PoolKey key, Alpn offer) {
    if (offer.offersHttp2()) {
      for (var connection : shared.getOrDefault(key, Set.of())) {
        var lane = connection.open();
        if (lane != null) {
          return lane;
        }
      }
    }
    var kept = offer == Alpn.HTTP2 ? null : pool.take(key);
    return kept != null && kept.active() ? kept : null;
  }

  /// Who may share joins the dial that is under way; where HTTP/1.1 was spoken last there is
  /// nothing to share, and nobody waits for another's handshake.
  ///
  /// @return whether it waits now; otherwise it was told
  private boolean dial(Waiting waiting, Alpn offer) {
    var key = waiting.key;
    boolean mayShare = offer.offersHttp2() && learned.of(key.authority()) != Alpn.HTTP1;
    var running = mayShare ? dials.get(key) : null;
    if (running != null && running.hasRoom()) {
      running.join(waiting);
      return true;
    }
    if (refused(waiting)) {
      return false;
    }
    var dial = new Dial(key, offer, false);
    if (mayShare) {
      dials.put(key, dial);
    }
    dial.join(waiting);
    dial.start();
    return true;
  }

  private boolean refused(Waiting waiting) {
    var objection = circuits.objection(Circuits.Destination.of(waiting.key));
    if (objection != null) {
      waiting.taker.failed(objection);
    }
    return objection != null;
  }

  private void share(Http2Upstream connection) {
    if (idle() >= limits.pooled()) {
      // Only idle ones are given up; the new one is about to serve.
      shared.values().stream()
          .flatMap(Set::stream)
          .filter(Http2Upstream::idle)
          .findFirst()
          .ifPresent(Http2Upstream::retire);
    }
    shared.computeIfAbsent(connection.key(), _ -> new LinkedHashSet<>()).add(connection);
  }

  private void forget(Http2Upstream connection) {
    var others = shared.get(connection.key());
    if (others != null && others.remove(connection) && others.isEmpty()) {
      shared.remove(connection.key());
    }
  }

  /// One call that looks for its upstream.
  private static final class Waiting implements Pending {
    private final PoolKey key;
    private final Alpn wish;
    private final Taker taker;
    private @Nullable Dial dial;

    Waiting(PoolKey key, Alpn wish, Taker taker) {
      this.key = key;
      this.wish = wish;
      this.taker = taker;
    }

    @Override
    public void giveUp() {
      if (dial != null) {
        dial.leave(this);
      }
    }
  }

  /// One connection on its way, and who waits for it.
  private final class Dial implements Dialer.Dialled {
    private final PoolKey key;
    private final Alpn offer;
    private final boolean alone;
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    private @Nullable Channel channel;
    private boolean over;

    /// @param alone whether nothing but what is offered will do
    Dial(PoolKey key, Alpn offer, boolean alone) {
      this.key = key;
      this.offer = offer;
      this.alone = alone;
    }

    void start() {
      channel = dialer.dial(key, offer, this);
    }

    boolean hasRoom() {
      return waiting.size() < limits.http2().streams();
    }

    void join(Waiting one) {
      one.dial = this;
      waiting.add(one);
    }

    /// The last one to leave takes the dial with it.
    void leave(Waiting one) {
      waiting.remove(one);
      if (waiting.isEmpty() && !over) {
        end();
        if (channel != null) {
          var _ = channel.close();
        }
      }
    }

    @Override
    public void left(Http2Upstream connection) {
      forget(connection);
    }

    @Override
    public void http1(Upstream fresh) {
      circuits.connected(Circuits.Destination.of(key));
      if (offer == Alpn.BOTH) {
        learned.note(key.authority(), Alpn.HTTP1);
      }
      end();
      var first = next();
      if (first == null) {
        fresh.close();
        return;
      }
      first.taker.connected(fresh);
      // Those behind it find that there is nothing to share.
      again();
    }

    @Override
    public void http2(Http2Upstream fresh) {
      circuits.connected(Circuits.Destination.of(key));
      if (learned.of(key.authority()) != Alpn.HTTP2) {
        learned.note(key.authority(), Alpn.BOTH);
      }
      end();
      share(fresh);
      if (waiting.isEmpty()) {
        fresh.retire();
      }
      again();
    }

    @Override
    public void failed(Failure failure) {
      circuits.failed(Circuits.Destination.of(key), failure);
      end();
      for (var one = next(); one != null; one = next()) {
        one.taker.failed(failure);
      }
    }

    @Override
    public void noCommonProtocol(Failure failure) {
      if (offer == Alpn.HTTP1 && !alone) {
        learned.note(key.authority(), Alpn.HTTP2);
        end();
        again();
      } else {
        failed(failure);
      }
    }

    private void end() {
      over = true;
      dials.remove(key, this);
    }

    /// One that still waits; it may meanwhile have given up, when another was told.
    private @Nullable Waiting next() {
      var first = waiting.isEmpty() ? null : waiting.iterator().next();
      if (first != null) {
        waiting.remove(first);
        first.dial = null;
      }
      return first;
    }

    private void again() {
      for (var one = next(); one != null; one = next()) {
        find(one);
      }
    }
  }
}
