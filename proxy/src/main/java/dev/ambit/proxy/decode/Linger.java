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
/// thrown away for a moment.
final class Linger extends ChannelInboundHandlerAdapter {
  private static final Duration WAIT = Duration.ofSeconds(1);

  /// Ends the channel once `lastWrite` is done.
  static void end(Channel channel, ChannelFuture lastWrite) {
    lastWrite.addListener(_ -> {
      var tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        discard(channel);
      } else {
        tls.closeOutbound().addListener(_ -> discard(channel));
      }
    });
  }

  private static void discard(Channel channel) {
    if (!channel.isActive()) {
      var _ = channel.close();
      return;
    }
    channel.pipeline().addFirst(new Linger());
    if (channel instanceof DuplexChannel duplex) {
      var _ = duplex.shutdownOutput();
    }
    channel.config().setAutoRead(true);
    var wait = new Deadline(channel.eventLoop());
    wait.set(
        WAIT,
        () -> {
          var _ = channel.close();
        });
    var _ = channel.closeFuture().addListener(_ -> wait.clear());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ReferenceCountUtil.release(msg);
  }
}
