package dev.ambit.proxy.decode;

import dev.ambit.proxy.transport.Deadline;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;

/// Ends a connection so that the last answer is read: a socket that is closed with unread input
/// resets the connection, and the reset overtakes the answer. So the output is shut down and input
/// thrown away until the agent closes, too. Stands first and reads for itself: a read that is asked
/// for behind it may be met by what [OneByOne] holds, and the socket then stays unread.
final class Linger extends ChannelInboundHandlerAdapter {
  /// Ends the channel once `lastWrite` is done.
  ///
  /// @param wait for the agent to close
  static void end(Channel channel, ChannelFuture lastWrite, Duration wait) {
    lastWrite.addListener(_ -> {
      var tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        discard(channel, wait);
      } else {
        tls.closeOutbound().addListener(_ -> discard(channel, wait));
      }
    });
  }

  private static void discard(Channel channel, Duration wait) {
    if (!channel.isActive()) {
      var _ = channel.close();
      return;
    }
    if (channel instanceof DuplexChannel duplex) {
      var _ = duplex.shutdownOutput();
    }
    var deadline = new Deadline(channel.eventLoop());
    deadline.set(
        wait,
        () -> {
          var _ = channel.close();
        });
    var _ = channel.closeFuture().addListener(_ -> deadline.clear());
    channel.pipeline().addFirst(new Linger());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ReferenceCountUtil.release(msg);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.read();
  }
}
