package dev.ambit.proxy.decode;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/// Passes one message for each read that is asked for and keeps the others, so that pipelined
/// requests wait for their turn. Unlike Netty's `FlowControlHandler` a read stays asked for until a
/// message comes, however many pieces the message arrives in. Holds at most what one read of the
/// socket brought.
final class OneByOne extends ChannelDuplexHandler {
  private final Queue<Object> waiting = new ArrayDeque<>();
  private boolean wanted;
  private boolean passing;

  @Override
  public void read(ChannelHandlerContext ctx) {
    wanted = true;
    pass(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    waiting.add(msg);
    if (wanted) {
      pass(ctx);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (wanted) {
      ctx.read();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  /// A loop rather than recursion: whoever takes a message asks for the next one from within.
  private void pass(ChannelHandlerContext ctx) {
    if (passing) {
      return;
    }
    passing = true;
    while (wanted && !waiting.isEmpty()) {
      wanted = false;
      ctx.fireChannelRead(waiting.remove());
    }
    passing = false;
    if (wanted) {
      ctx.read();
    }
  }
}
