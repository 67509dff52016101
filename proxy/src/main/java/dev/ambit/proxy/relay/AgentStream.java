package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.BodySource;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.websocket.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.List;

/// The agent's side of one call, whatever protocol it speaks. Every method is called on, and calls
/// back on, its loop.
public interface AgentStream extends BodySource {
  EventLoop loop();

  /// Whether it speaks HTTP/2, so that trailers come to it; HTTP/1.1 trailers are dropped.
  boolean takesTrailers();

  /// Starts the request body; the sink gets what is read after each [#requestMore].
  void requestBody(BodySink sink);

  /// Lets at least one more piece of the request body come. The first time, an agent that waits for
  /// a 100 (Continue) gets it.
  void requestMore();

  /// Whether a byte of the final answer was written already; after that an answer of our own is
  /// impossible.
  boolean started();

  /// Answers an opening handshake with 101 and these fields. From then on the connection is the
  /// returned wire's, and nothing more is told or taken here but the end. HTTP/1.1 only.
  Wire open(List<Field> fields);

  /// Writes an interim response (1xx other than 101) or the final head. `bodyBytes` is -1 when
  /// unknown.
  void head(int status, List<Field> fields, long bodyBytes);

  /// Writes a piece of the body and takes ownership of it.
  void data(ByteBuf piece);

  void flush();

  /// Ends the response regularly.
  ///
  /// @param trailers what the upstream said at the end; not for every agent, see [#takesTrailers]
  void end(List<Field> trailers);

  /// Ends it so that the agent can see that it is not whole: the connection is closed without the
  /// final chunk, or the stream reset.
  void cut();

  boolean writable();

  /// Called whenever [#writable] changes.
  void onWritable(Runnable listener);

  /// Called once when the agent went away before the end.
  void onGone(Runnable listener);

  /// Takes the request body. Takes ownership of each piece.
  interface BodySink {
    void data(ByteBuf piece);

    /// The body is whole.
    ///
    /// @param trailers whether a trailer section came, which was dropped
    void end(boolean trailers);
  }
}
