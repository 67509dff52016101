package dev.ambit.proxy.websocket;

import dev.ambit.proxy.transport.Deadline;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One direction of a conversation: what comes from one side is checked and goes to the other as
/// fast as that reads. Confined to its loop.
final class Leg implements Wire.Listener {
  private final Wire from;
  private final Wire to;
  private final boolean fromAgent;
  private final Frames frames;
  private final Duration roomMax;
  private final Deadline roomWait;
  private final Owner owner;
  private @Nullable Leg back;
  private boolean came;
  private boolean waits;
  private boolean stopped;
  private long bytes;

  /// @param roomMax how long the other side may take nothing
  Leg(Wire from, Wire to, boolean fromAgent, Frames frames, Duration roomMax, Owner owner) {
    this.from = from;
    this.to = to;
    this.fromAgent = fromAgent;
    this.frames = frames;
    this.roomMax = roomMax;
    this.roomWait = new Deadline(from.loop());
    this.owner = owner;
  }

  /// What it is told of.
  interface Owner {
    /// Something passed.
    void moved();

    /// A Close passed this way.
    void closed();

    /// Nothing of what just came may pass.
    ///
    /// @param whole whether what has passed ends with a frame
    void violated(Leg leg, Violation violation, boolean whole);

    /// The other side has taken nothing for too long.
    void stalled(Leg leg);

    /// The side from which it comes is gone.
    void gone(Leg leg);

    void drain();
  }

  /// Begins.
  ///
  /// @param other the way back
  void start(Leg other) {
    back = other;
    from.start(this);
    if (!stopped) {
      more();
    }
  }

  /// Nothing more passes, and nobody is told.
  void stop() {
    stopped = true;
    roomWait.clear();
  }

  boolean fromAgent() {
    return fromAgent;
  }

  Wire from() {
    return from;
  }

  Wire to() {
    return to;
  }

  Frames frames() {
    return frames;
  }

  /// Passed, heads and all.
  long bytes() {
    return bytes;
  }

  /// Whether a Close of our own can stand behind what has passed.
  boolean takesClose() {
    return frames.between() && !frames.closed();
  }

  @Override
  public void piece(ByteBuf piece) {
    if (stopped) {
      piece.release();
      return;
    }
    boolean whole = takesClose();
    var violation = frames.read(piece);
    if (violation != null) {
      piece.release();
      owner.violated(this, violation, whole);
      return;
    }
    came = true;
    bytes += piece.readableBytes();
    to.write(piece);
  }

  @Override
  public void readComplete() {
    if (stopped) {
      return;
    }
    if (came) {
      came = false;
      to.flush();
      owner.moved();
      if (frames.closed()) {
        owner.closed();
      }
    }
    if (!stopped) {
      more();
    }
  }

  /// Of the side it comes from: that side is where the way back leads to.
  @Override
  public void writabilityChanged() {
    if (back != null && back.waits && from.writable()) {
      back.more();
    }
  }

  @Override
  public void drain() {
    owner.drain();
  }

  @Override
  public void gone() {
    if (!stopped) {
      owner.gone(this);
    }
  }

  private void more() {
    waits = !to.writable();
    if (waits) {
      roomWait.set(roomMax, () -> owner.stalled(this));
    } else {
      roomWait.clear();
      from.read();
    }
  }
}
