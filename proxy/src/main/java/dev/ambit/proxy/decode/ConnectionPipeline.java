package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Reset;
import dev.ambit.proxy.websocket.Wire;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetSocketAddress;
import java.util.List;

/// The handlers of one agent connection, in order. Nothing else adds or removes any.
public final class ConnectionPipeline {
  private ConnectionPipeline() {}

  /// Lays out a connection that was just accepted.
  public static void accepted(ChannelPipeline pipeline, Decoding decoding) {
    lay(pipeline, decoding, new Entry.Explicit());
  }

  /// Lays out a connection that the kernel turned to the proxy.
  ///
  /// @param original where the agent meant to connect
  public static void caught(
      ChannelPipeline pipeline, Decoding decoding, InetSocketAddress original) {
    var entry = Caught.entry(decoding, original);
    if (entry == null) {
      Reset.now(pipeline.channel());
      return;
    }
    lay(pipeline, decoding, entry);
    if (entry instanceof Entry.Unheard) {
      pipeline.read();
    }
  }

  /// Lets the call in flight end, if there is one, and then the connection. An open WebSocket ends.
  public static void drain(ChannelPipeline pipeline) {
    var wire = pipeline.get(Wire.class);
    if (wire == null) {
      pipeline.fireUserEventTriggered(Signal.DRAIN);
    } else {
      wire.drain();
    }
  }

  /// From now on frames go here and nothing else.
  static void opened(ChannelPipeline pipeline, Wire wire) {
    var present = present(pipeline);
    pipeline.addLast(wire);
    present.reversed().forEach(pipeline::remove);
  }

  /// Puts the handlers of the next point of life in place of the present ones; bytes already read
  /// go to the first of them.
  static void lay(ChannelPipeline pipeline, Decoding decoding, Entry entry) {
    var present = present(pipeline);
    switch (entry) {
      case Entry.Explicit() -> http(pipeline, decoding, Via.straight());
      case Entry.Unheard(var lead, var handles, var connection) ->
          pipeline.addLast(
              new FirstBytes(pipeline.channel().eventLoop(), decoding, lead, handles, connection));
      case Entry.Opaque opaque -> pipeline.addLast(new OpaqueAgent(decoding, opaque));
      case Entry.Plain(var via) -> http(pipeline, decoding, via);
      case Entry.Tls(var tls, var via) -> {
        pipeline.addLast(tls);
        http(pipeline, decoding, via);
      }
      case Entry.Negotiated(var tls, var via) -> {
        pipeline.addLast(tls);
        pipeline.addLast(new Negotiation(decoding, via, tls)); // replaced after the handshake
      }
      case Entry.Http2(var via) ->
          pipeline.addLast(Http2Agent.of(decoding, via, pipeline.channel().eventLoop()));
    }
    present.reversed().forEach(pipeline::remove);
    // What is not read by us is read as fast as the upstream takes it.
    if (!present.isEmpty() && !(entry instanceof Entry.Opaque)) {
      pipeline.read();
    }
  }

  private static void http(ChannelPipeline pipeline, Decoding decoding, Via via) {
    pipeline.addLast(new RequestGuard(decoding.limits())); // only bytes with one meaning pass
    pipeline.addLast(new HttpRequestDecoder(strict(decoding.limits()))); // the second reading
    pipeline.addLast(new OneByOne()); // one message for one read
    pipeline.addLast(new AgentConnection(decoding, via)); // requests become calls, one by one
  }

  private static List<ChannelHandler> present(ChannelPipeline pipeline) {
    return pipeline.toMap().values().stream().filter(ConnectionPipeline::isOurs).toList();
  }

  private static boolean isOurs(ChannelHandler handler) {
    return handler instanceof RequestGuard
        || handler instanceof HttpRequestDecoder
        || handler instanceof OneByOne
        || handler instanceof AgentConnection
        || handler instanceof FirstBytes
        || handler instanceof Negotiation;
  }

  /// The codec behind the guard, repairing nothing.
  static HttpDecoderConfig strict(Limits limits) {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(limits.requestLineBytes())
        .setMaxHeaderSize(limits.headBytes())
        .setMaxChunkSize(64 * 1_024)
        .setChunkedSupported(true)
        .setAllowPartialChunks(true)
        .setAllowDuplicateContentLengths(false)
        .setValidateHeaders(true)
        .setStrictLineParsing(true)
        .setUseRfc9112TransferEncoding(true);
  }
}
