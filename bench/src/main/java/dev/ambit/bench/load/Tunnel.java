package dev.ambit.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Asks a proxy for a tunnel and steps aside once it is open.
final class Tunnel extends ByteToMessageDecoder {
  private static final String OPENED = "HTTP/1.1 200";
  private static final String END = "\r\n\r\n";
  private static final int ANSWER_MAX = 4 * 1_024;

  private final Door door;
  private final Consumer<ChannelHandlerContext> opened;

  /// @param opened called when the tunnel is there, to put TLS in this handler's place
  Tunnel(Door door, Consumer<ChannelHandlerContext> opened) {
    this.door = door;
    this.opened = opened;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    var whose = door.handle().isEmpty() ? "" : "\r\nProxy-Authorization: Bearer " + door.handle();
    var to = door.authority();
    var text = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + whose + END;
    var _ = ctx.writeAndFlush(Unpooled.copiedBuffer(text, US_ASCII));
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws IOException {
    var answer = in.toString(US_ASCII);
    var end = answer.indexOf(END);
    if (end < 0 && answer.length() < ANSWER_MAX) {
      return;
    }
    if (!answer.startsWith(OPENED)) {
      throw new IOException(
          "tunnel: " + answer.lines().findFirst().orElse("") + " (expected: 200)");
    }
    in.skipBytes(end + END.length());
    opened.accept(ctx);
    ctx.pipeline().remove(this);
  }
}
