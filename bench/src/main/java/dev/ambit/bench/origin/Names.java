package dev.ambit.bench.origin;

import dev.ambit.bench.load.Loops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// A name server (RFC 1035, UDP) for which every name has one address.
public final class Names implements AutoCloseable {
  private static final int TTL_SECONDS = 60;

  private final Channel channel;

  private Names(Channel channel) {
    this.channel = channel;
  }

  /// Serves at the address that it also answers with; port 0 lets the system choose.
  public static Names start(Loops loops, InetSocketAddress at) throws IOException {
    var bound =
        new Bootstrap()
            .group(loops.origin())
            .channel(EpollDatagramChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new DatagramDnsQueryDecoder(),
                            new DatagramDnsResponseEncoder(),
                            new Answering(at.getAddress()));
                  }
                })
            .bind(at)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("names: cannot listen at " + at, bound.cause());
    }
    return new Names(bound.channel());
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
  }

  /// Answers IPv4 questions; every other has no answer.
  private static final class Answering extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    private final InetAddress address;

    Answering(InetAddress address) {
      this.address = address;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
      var question = query.recordAt(DnsSection.QUESTION);
      var response =
          new DatagramDnsResponse(
              /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
      response.addRecord(DnsSection.QUESTION, question);
      if (question.type().equals(DnsRecordType.A)) {
        response.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                question.name(),
                DnsRecordType.A,
                TTL_SECONDS,
                Unpooled.wrappedBuffer(address.getAddress())));
      }
      var _ = ctx.writeAndFlush(response);
    }
  }
}
