package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.transport.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Looks at what an agent begins to speak inside a tunnel. TLS is answered with a leaf only when
/// its server name is the host that CONNECT named; anything else is read as plain HTTP.
final class TunnelStart extends ByteToMessageDecoder {
  /// A fatal TLS alert, unrecognized_name (RFC 6066 3).
  private static final byte[] UNRECOGNIZED_NAME = {0x15, 3, 3, 0, 2, 2, 112};

  private final Decoding decoding;
  private final Authority connect;
  private final Via opened;
  private boolean begun;
  private final Deadline wait;

  /// @param opened with the handles of the CONNECT
  TunnelStart(EventLoop loop, Decoding decoding, Authority connect, Via opened) {
    this.decoding = decoding;
    this.connect = connect;
    this.opened = opened;
    this.wait = new Deadline(loop);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    wait.set(decoding.limits().idle(), () -> close(ctx));
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws SSLException {
    if (!begun) {
      begun = true;
      wait.set(decoding.limits().handshakeWait(), () -> close(ctx));
    }
    if (in.getUnsignedByte(in.readerIndex()) != 0x16) {
      ConnectionPipeline.lay(ctx.pipeline(), decoding, new Entry.PlainTunnel(via(Scheme.HTTP)));
      return;
    }
    try {
      if (in.readableBytes() <= ClientHello.RECORD_HEADER_BYTES
          || in.readableBytes() < ClientHello.recordBytes(in)) {
        return;
      }
      agree(ClientHello.serverName(in.slice(in.readerIndex(), ClientHello.recordBytes(in))));
    } catch (Refused refused) {
      in.skipBytes(in.readableBytes());
      refuse(ctx, refused);
      return;
    }
    var tls = decoding.leaves().context(connect.host()).newHandler(ctx.alloc());
    tls.setHandshakeTimeoutMillis(decoding.limits().handshakeWait().toMillis());
    ConnectionPipeline.lay(ctx.pipeline(), decoding, new Entry.TlsTunnel(tls, via(Scheme.HTTPS)));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (Signal.DRAIN.equals(event)) {
      var _ = ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    wait.clear();
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }

  private Via via(Scheme scheme) {
    return new Via(
        new Authority(scheme, connect.host(), connect.port()),
        opened.handles(),
        opened.connection());
  }

  private void agree(@Nullable String serverName) throws Refused {
    // Clients send no server name for an IP literal (RFC 6066 3); for a name they must.
    boolean agrees =
        serverName == null ? connect.isLiteral() : serverName.equalsIgnoreCase(connect.host());
    if (!agrees) {
      throw Refused.because(
          Reason.AUTHORITY_MISMATCH, "The TLS server name is not the host of the tunnel.");
    }
  }

  private void refuse(ChannelHandlerContext ctx, Refused refused) {
    var denial =
        refused.denial().of(decoding.sessions().owner(opened.handles(), opened.connection()));
    decoding.log().refused(decoding.ids().get(), Optional.of(connect), "CONNECT", denial, 0);
    wait.clear();
    Linger.end(
        ctx.channel(),
        ctx.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME)),
        decoding.limits());
  }
}
