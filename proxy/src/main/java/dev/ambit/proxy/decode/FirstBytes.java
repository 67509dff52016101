package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.model.Connection;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.transport.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// Looks at what an agent begins to speak, inside a tunnel or on a connection that was caught. TLS
/// is answered with a leaf only when its server name is the host that CONNECT named, or one that
/// some target holds; anything else is read as plain HTTP.
final class FirstBytes extends ByteToMessageDecoder {
  /// Fatal TLS alerts (RFC 6066 3, RFC 7301 3.2).
  private static final byte UNRECOGNIZED_NAME = 112;

  private static final byte NO_APPLICATION_PROTOCOL = 120;

  private final Decoding decoding;
  private final Lead lead;
  private final List<String> handles;
  private final Connection connection;
  private boolean begun;
  private final Deadline wait;

  /// @param handles presented with the CONNECT
  FirstBytes(
      EventLoop loop, Decoding decoding, Lead lead, List<String> handles, Connection connection) {
    this.decoding = decoding;
    this.lead = lead;
    this.handles = List.copyOf(handles);
    this.connection = connection;
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
      ConnectionPipeline.lay(ctx.pipeline(), decoding, new Entry.Plain(via(lead.plain())));
      return;
    }
    Authority authority;
    ClientHello hello;
    try {
      if (in.readableBytes() <= ClientHello.RECORD_HEADER_BYTES
          || in.readableBytes() < ClientHello.recordBytes(in)) {
        return;
      }
      hello = ClientHello.read(in.slice(in.readerIndex(), ClientHello.recordBytes(in)));
      authority = lead.tls(hello.serverName());
    } catch (Refused refused) {
      in.skipBytes(in.readableBytes());
      refuse(ctx, known(), refused.denial(), UNRECOGNIZED_NAME);
      return;
    }
    // Before a tunnel was opened the same was asked; a lease may have been lost since.
    var objection = decoding.tunnels().objection(authority);
    if (objection.isPresent()) {
      in.skipBytes(in.readableBytes());
      refuse(ctx, Optional.of(authority), objection.get(), UNRECOGNIZED_NAME);
      return;
    }
    var opaque =
        decoding.tunnels().opaque(authority, decoding.sessions().owner(handles, connection));
    if (opaque.isPresent()) {
      pass(ctx, in, hello, authority, opaque.get());
      return;
    }
    var offer = Offer.of(hello.protocols(), decoding, authority);
    if (offer == null) {
      in.skipBytes(in.readableBytes());
      refuse(ctx, Optional.of(authority), notSpoken(), NO_APPLICATION_PROTOCOL);
      return;
    }
    var tls = decoding.leaves().context(authority.host(), offer).newHandler(ctx.alloc());
    tls.setHandshakeTimeoutMillis(decoding.limits().handshakeWait().toMillis());
    var via = via(new Anchor.Inside(authority));
    ConnectionPipeline.lay(
        ctx.pipeline(),
        decoding,
        Offer.mayBecomeHttp2(offer, hello.protocols())
            ? new Entry.Negotiated(tls, via)
            : new Entry.Tls(tls, via));
  }

  /// Lets TLS through to where its server name leads, with what was read of it.
  private void pass(
      ChannelHandlerContext ctx,
      ByteBuf in,
      ClientHello hello,
      Authority authority,
      Protocol protocol) {
    if (protocol != Protocol.TLS) {
      in.skipBytes(in.readableBytes());
      refuse(ctx, Optional.of(authority), notSpoken(), UNRECOGNIZED_NAME);
    } else if (hello.encrypted()) {
      in.skipBytes(in.readableBytes());
      refuse(ctx, Optional.of(authority), hidden(), UNRECOGNIZED_NAME);
    } else {
      var to = new Authority(Scheme.TLS, authority.host(), authority.port());
      ConnectionPipeline.lay(
          ctx.pipeline(), decoding, new Entry.Opaque(to, handles, connection, Greeting.ALERT));
    }
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

  private Via via(Anchor anchor) {
    return new Via(anchor, handles, connection);
  }

  /// What can be said of where it leads when its server name cannot be told.
  private Optional<Authority> known() {
    return Optional.of(
        switch (lead) {
          case Lead.Tunnel(var connect) -> connect;
          case Lead.Caught caught -> caught.literal(Scheme.HTTPS);
        });
  }

  private static Denial hidden() {
    return new Denial(
        Reason.AUTHORITY_MISMATCH,
        Optional.empty(),
        "",
        "The ClientHello may hide a second server name (ECH); passed through, only the open one is"
            + " judged.",
        0);
  }

  private static Denial notSpoken() {
    return new Denial(
        Reason.PROTOCOL_NOT_GRANTED,
        Optional.empty(),
        "",
        "The target speaks none of the protocols that the TLS handshake offers.",
        0);
  }

  private void refuse(
      ChannelHandlerContext ctx, Optional<Authority> where, Denial why, byte alert) {
    var denial = why.of(decoding.sessions().owner(handles, connection));
    decoding.log().refused(decoding.ids().get(), where, "CONNECT", denial, 0);
    wait.clear();
    Linger.end(
        ctx.channel(),
        ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0x15, 3, 3, 0, 2, 2, alert})),
        decoding.limits());
  }
}
