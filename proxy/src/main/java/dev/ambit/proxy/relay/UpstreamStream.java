package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import io.netty.buffer.ByteBuf;
import java.util.function.BooleanSupplier;

/// The upstream's side of one call, whatever protocol it speaks: a connection of its own or a
/// stream of one that is shared, its certificate verified. Every method is called on, and calls
/// back on, its loop.
interface UpstreamStream {
  /// Whether its connection has served a call before; then it may have ended without our knowing.
  boolean used();

  /// Writes the head of the request and says who takes the answer. Nothing was written before.
  ///
  /// @param bodyFollows whether pieces and an end follow
  /// @param takesTrailers whether the agent can be given trailers
  void send(Admitted admitted, boolean bodyFollows, boolean takesTrailers, AnswerSink sink);

  /// Writes a piece of the body and takes ownership of it.
  void data(ByteBuf piece);

  /// Ends the body.
  void end();

  /// Sends at the end of this loop turn: what one read of the agent brought goes out together.
  void flushSoon();

  boolean writable();

  /// Asks for more of the answer.
  void read();

  /// It is not needed after all; nothing was written.
  void unused();

  /// The answer is whole: what can serve again is kept.
  ///
  /// @param requestWhole whether the request was sent to its end
  /// @param permitted whether the call would still be permitted, asked once nothing more comes
  void done(boolean requestWhole, BooleanSupplier permitted);

  /// Ends it at once: nothing that waits to be written for this call is sent any more.
  void abort();
}
