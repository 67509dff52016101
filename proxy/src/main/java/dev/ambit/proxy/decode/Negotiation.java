package dev.ambit.proxy.decode;

import dev.ambit.proxy.transport.Alpn;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/// Stands behind TLS until the handshake has settled what is spoken, and then makes room for it: a
/// connection of HTTP/1.1 has nothing of HTTP/2 in its way.
final class Negotiation extends ChannelInboundHandlerAdapter {
  private final Decoding decoding;
  private final Via via;
  private final SslHandler tls;

  Negotiation(Decoding decoding, Via via, SslHandler tls) {
    this.decoding = decoding;
    this.via = via;
    this.tls = tls;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        ConnectionPipeline.lay(
            ctx.pipeline(),
            decoding,
            Alpn.isHttp2(tls.applicationProtocol()) ? new Entry.Http2(via) : new Entry.Plain(via));
      } else {
        var _ = ctx.close();
      }
    } else if (Signal.DRAIN.equals(event)) {
      var _ = ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
