package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.relay.Http1Text;
import dev.ambit.proxy.respond.Reply;
import dev.ambit.proxy.transport.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/// How an agent hears what becomes of a connection of which nothing is read, as far as what it
/// speaks has a way to say it.
enum Greeting {
  /// It believes that it speaks with the upstream already: all that can be done is a reset.
  NONE {
    @Override
    int opened(Channel agent) {
      return 0;
    }

    @Override
    int refused(Channel agent, Reply why, Limits limits) {
      Reset.now(agent);
      return 0;
    }
  },

  /// It has begun TLS: an alert.
  ALERT {
    @Override
    int opened(Channel agent) {
      return 0;
    }

    @Override
    int refused(Channel agent, Reply why, Limits limits) {
      byte alert = why.status() < 500 ? ACCESS_DENIED : INTERNAL_ERROR;
      Linger.end(
          agent,
          agent.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0x15, 3, 3, 0, 2, 2, alert})),
          limits);
      return 0;
    }
  },

  /// It has asked for a tunnel: the answer to CONNECT (RFC 9110 9.3.6).
  TUNNEL {
    @Override
    int opened(Channel agent) {
      var head = agent.alloc().buffer();
      Http1Text.statusLine(head, ESTABLISHED, "Connection Established");
      Http1Text.endOfLine(head);
      var _ = agent.writeAndFlush(head);
      return ESTABLISHED;
    }

    @Override
    int refused(Channel agent, Reply why, Limits limits) {
      var problem = Unpooled.wrappedBuffer(why.problem().getBytes(UTF_8));
      ByteBuf head = agent.alloc().buffer();
      Http1Text.statusLine(head, why.status(), why.title());
      Problems.fields(why).forEach(field -> Http1Text.field(head, field.name(), field.value()));
      Http1Text.field(head, "Content-Length", Integer.toString(problem.readableBytes()));
      Http1Text.field(head, "Connection", "close");
      Http1Text.endOfLine(head);
      var _ = agent.write(head);
      Linger.end(agent, agent.writeAndFlush(problem), limits);
      return why.status();
    }
  };

  private static final int ESTABLISHED = 200;

  /// Fatal TLS alerts (RFC 8446 6.2).
  private static final byte ACCESS_DENIED = 49;

  private static final byte INTERNAL_ERROR = 80;

  /// Says that from now on the bytes are the upstream's; answers with the status that was said, 0
  /// for none.
  abstract int opened(Channel agent);

  /// Says that there will be no connection, and ends this one; answers as [#opened].
  abstract int refused(Channel agent, Reply why, Limits limits);
}
