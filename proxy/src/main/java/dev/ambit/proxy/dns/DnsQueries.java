package dev.ambit.proxy.dns;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.decode.SyntheticAddresses;
import dev.ambit.proxy.decode.TunnelGate;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Connection;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.resolve.NameServer;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers the queries of the agent's resolver. A name that no session holds does not exist, and
/// nobody outside is asked about it, so that asking is no way out (A175); it is told to the log
/// once a minute. Other records than addresses there are none. Confined to its loop; counts may be
/// read by any thread.
@Sharable
public final class DnsQueries extends SimpleChannelInboundHandler<DnsQuery> {
  /// Queries that wait for an answer from outside; more are told to come again.
  static final int WAITING_MAX = 128;

  private static final Logger LOG = LoggerFactory.getLogger(DnsQueries.class);

  private final KnownNames known;
  private final NameServer names;
  private final SyntheticAddresses synthetic;
  private final Sessions sessions;
  private final CallLog log;
  private final Supplier<CallId> ids;
  private final Noted noted;
  private final LongAdder answered = new LongAdder();
  private final LongAdder unknown = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private int waiting;

  /// @param names looks up what a session holds
  /// @param synthetic stand for the names of opaque TCP targets
  public DnsQueries(
      TunnelGate gate,
      NameServer names,
      SyntheticAddresses synthetic,
      Sessions sessions,
      CallLog log,
      Supplier<CallId> ids,
      LongSupplier nanoTime) {
    this.known = new KnownNames(gate);
    this.names = names;
    this.synthetic = synthetic;
    this.sessions = sessions;
    this.log = log;
    this.ids = ids;
    this.noted = new Noted(nanoTime);
  }

  /// Those answered with what a session holds.
  public long answered() {
    return answered.sum();
  }

  /// Those for names that no session holds.
  public long unknown() {
    return unknown.sum();
  }

  /// Those that could not be answered, or were none.
  public long failed() {
    return failed.sum();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, DnsQuery query) {
    var response = responseTo(query);
    if (!DnsOpCode.QUERY.equals(query.opCode()) || query.count(DnsSection.QUESTION) != 1) {
      failed.increment();
      say(ctx, response.setCode(DnsResponseCode.NOTIMP));
      return;
    }
    DnsQuestion question = query.recordAt(DnsSection.QUESTION);
    response.addRecord(DnsSection.QUESTION, ReferenceCountUtil.retain(question));
    if (question.dnsClass() != DnsRecord.CLASS_IN) {
      failed.increment();
      say(ctx, response.setCode(DnsResponseCode.REFUSED));
      return;
    }
    answer(ctx, response, question);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The socket of datagrams stays open for the next one.
    failed.increment();
    if (!(cause instanceof DecoderException || cause instanceof IOException)) {
      LOG.atError().addArgument(cause.toString()).log("a query was not answered: {}");
    }
    if (ctx.channel() instanceof SocketChannel) {
      var _ = ctx.close();
    }
  }

  private void answer(ChannelHandlerContext ctx, DnsResponse response, DnsQuestion question) {
    switch (known.judge(question.name())) {
      case Verdict.Known(var host) -> lookUp(ctx, response, question, host);
      case Verdict.Opaque(var host) -> standIn(ctx, response, question, host);
      case Verdict.Unknown(var host, var denial) -> {
        note(host, denial);
        notThere(ctx, response);
      }
      case Verdict.NoHost() -> notThere(ctx, response);
      case Verdict.Unready() -> fail(ctx, response);
    }
  }

  private void lookUp(
      ChannelHandlerContext ctx, DnsResponse response, DnsQuestion question, String host) {
    var type = question.type();
    if (!type.equals(DnsRecordType.A) && !type.equals(DnsRecordType.AAAA)) {
      answered.increment();
      DnsAnswers.addresses(response, question, List.of());
      say(ctx, response);
      return;
    }
    if (waiting >= WAITING_MAX) {
      fail(ctx, response);
      return;
    }
    waiting++;
    var _ =
        names
            .lookup(host)
            .whenComplete((found, thrown) -> {
              waiting--;
              if (thrown == null) {
                answered.increment();
                DnsAnswers.addresses(response, question, found);
                say(ctx, response);
              } else {
                fail(ctx, response);
              }
            });
  }

  /// Nobody outside is asked: where it really leads is looked up for the connection.
  private void standIn(
      ChannelHandlerContext ctx, DnsResponse response, DnsQuestion question, String host) {
    var addresses = synthetic.of(host);
    if (addresses.isEmpty()) {
      fail(ctx, response);
    } else {
      answered.increment();
      DnsAnswers.addresses(response, question, addresses);
      say(ctx, response);
    }
  }

  private void notThere(ChannelHandlerContext ctx, DnsResponse response) {
    unknown.increment();
    DnsAnswers.noSuchName(response);
    say(ctx, response);
  }

  private void fail(ChannelHandlerContext ctx, DnsResponse response) {
    failed.increment();
    say(ctx, response.setCode(DnsResponseCode.SERVFAIL));
  }

  private static void say(ChannelHandlerContext ctx, DnsResponse response) {
    var _ = ctx.writeAndFlush(response);
  }

  private void note(String host, Denial denial) {
    if (noted.first(host)) {
      var owner = sessions.owner(List.of(), new Connection());
      log.refused(ids.get(), asked(host), "DNS", denial.of(owner), 0);
    }
  }

  /// The name with the port of DNS, which is all that is known of where the agent wants to go.
  private static Optional<Authority> asked(String host) {
    return Authority.parse(Scheme.HTTP, host + ":53") instanceof Parsed.Ok<Authority>(var authority)
        ? Optional.of(authority)
        : Optional.empty();
  }

  private static DnsResponse responseTo(DnsQuery query) {
    var response =
        query instanceof DatagramDnsQuery datagram
            ? new DatagramDnsResponse(datagram.recipient(), datagram.sender(), query.id())
            : new DefaultDnsResponse(query.id());
    return response.setRecursionDesired(query.isRecursionDesired()).setRecursionAvailable(true);
  }
}
