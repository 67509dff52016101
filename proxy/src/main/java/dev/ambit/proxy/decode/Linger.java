package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.transport.Deadline;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/// Ends a connection so that the last answer is read: a socket that is closed with unread input
/// resets the connection, and the reset overtakes the answer. So the output is shut down and input
/// thrown away until the agent closes, too, or says no more. Stands first and reads for itself: a
/// read that is asked for behind it may be met by what [OneByOne] holds, and the socket then stays
/// unread.
final class Linger extends ChannelInboundHandlerAdapter {
  private final Channel channel;
  private final Limits limits;
  private final Deadline whole;
  private final Deadline quiet;

  private Linger(Channel channel, Limits limits) {
    this.channel = channel;
    this.limits = limits;
    this.whole = new Deadline(channel.eventLoop());
    this.quiet = new Deadline(channel.eventLoop());
  }

  /// Ends the channel once `lastWrite` is done.
  static void end(Channel channel, ChannelFuture lastWrite, Limits limits) {
    lastWrite.addListener(_ -> {
      var tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        discard(channel, limits);
      } else {
        tls.closeOutbound().addListener(_ -> discard(channel, limits));
      }
    });
  }

  private static void discard(Channel channel, Limits limits) {
    if (!channel.isActive()) {
      var _ = channel.close();
      return;
    }
    if (channel instanceof DuplexChannel duplex) {
      var _ = duplex.shutdownOutput();
    }
    channel.pipeline().addFirst(new Linger(channel, limits));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    whole.set(limits.linger(), this::close);
    listen(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    whole.clear();
    quiet.clear();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ReferenceCountUtil.release(msg);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    listen(ctx);
  }

  private void listen(ChannelHandlerContext ctx) {
    quiet.set(limits.lingerIdle(), this::close);
    ctx.read();
  }

  private void close() {
    var _ = channel.close();
  }
}
