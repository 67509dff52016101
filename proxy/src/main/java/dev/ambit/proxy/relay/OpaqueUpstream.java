package dev.ambit.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;

/// Tells what happens on the upstream's side of a connection of which nothing is read. Confined to
/// its loop.
final class OpaqueUpstream extends ChannelInboundHandlerAdapter {
  private final Sink sink;

  OpaqueUpstream(Sink sink) {
    this.sink = sink;
  }

  /// Takes what comes from the upstream.
  interface Sink {
    /// Takes ownership of the piece.
    void upstreamData(ByteBuf piece);

    /// What was asked for has come.
    void upstreamRead();

    /// It will say no more, but listens.
    void upstreamEnded();

    /// The connection is gone; told also after its regular end.
    void upstreamGone();

    /// It may take more again.
    void upstreamWritable();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof ByteBuf piece) {
      sink.upstreamData(piece);
    } else {
      ReferenceCountUtil.release(msg);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    sink.upstreamRead();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      sink.upstreamEnded();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      sink.upstreamWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    sink.upstreamGone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
