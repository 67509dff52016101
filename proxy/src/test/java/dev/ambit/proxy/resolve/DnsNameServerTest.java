package dev.ambit.proxy.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.proxy.testing.Samples;
import dev.ambit.proxy.testing.Way;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.testkit.Await;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Look-ups against a real server on loopback that may lie, stall and overdo (security.md 4.2).
class DnsNameServerTest {
  private static final String HOST = "api.good.test";
  private static final int TRUNCATED = 0x0200;
  private static final int NO_SUCH_NAME = 3;

  private final Transport transport = Transport.best();
  private final EventLoopGroup loops = transport.oneLoop("test-loop");
  private final EventLoop loop = loops.next();
  private DnsResponder dns;
  private DnsNameServer names;

  @BeforeEach
  void start() throws IOException {
    dns = new DnsResponder();
    names = new DnsNameServer(loop, transport, List.of(dns.address()), Duration.ofMillis(200));
  }

  @AfterEach
  void stop() throws Exception {
    // Netty lets go of an answer only when its own wait is over.
    Await.until("asked by TCP no longer", () -> dns.conversations.get() == 0);
    loop.submit(names::close).get();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    dns.close();
  }

  @Test
  void asksTheConfiguredServerForTheWholeNameAndNoOther() throws Exception {
    dns.script = query -> query.answer(DnsResponder.address(query.name(), 60, 192, 0, 2, 7));
    assertThat(lookup("bare")).containsExactly(ip(192, 0, 2, 7));
    assertThat(lookup(HOST)).containsExactly(ip(192, 0, 2, 7));
    assertThat(dns.queries).extracting("name").containsExactly("bare.", HOST + ".");
  }

  @Test
  void asksAgainByTcpWhenTheAnswerIsTruncated() throws Exception {
    dns.script =
        query -> {
          if (query.overTcp()) {
            query.answer(DnsResponder.address(query.name(), 60, 192, 0, 2, 8));
          } else {
            query.reply(query.message(query.id(), TRUNCATED, query.name()));
          }
        };
    assertThat(lookup(HOST)).containsExactly(ip(192, 0, 2, 8));
    assertThat(dns.queries).extracting("overTcp").containsExactly(false, true);
  }

  @Test
  void failsWhenNobodyAnswersInTime() {
    dns.script = _ -> {};
    assertFails(HOST);
    assertThat(dns.queries.size()).isBetween(1, 8);
  }

  @Test
  void failsWhenTheTruncatedAnswerNeverComesByTcp() {
    dns.script =
        query -> {
          if (!query.overTcp()) {
            query.reply(query.message(query.id(), TRUNCATED, query.name()));
          }
        };
    assertFails(HOST);
    assertThat(dns.queries.size()).isLessThanOrEqualTo(16);
  }

  @Test
  void a037FailsOnANameThatDoesNotExistAndRemembersThatBriefly() {
    dns.script = query -> query.reply(query.message(query.id(), NO_SUCH_NAME, query.name()));
    assertFails(HOST);
    assertFails(HOST);
    assertThat(dns.queries).hasSize(1);
  }

  @Test
  void a037RunsNoMoreLookUpsAtOnceThanItsBound() throws Exception {
    dns.script = _ -> {};
    var asked = new ArrayList<CompletableFuture<List<InetAddress>>>();
    loop.submit(
            () -> {
              for (int i = 0; i < DnsNameServer.LOOKUPS_MAX + 50; i++) {
                asked.add(names.lookup("n" + i + ".good.test").toCompletableFuture());
              }
            })
        .get();
    assertThat(asked.stream().filter(CompletableFuture::isCompletedExceptionally)).hasSize(50);
    for (var one : asked) {
      assertThatThrownBy(() -> one.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
    dns.script = query -> query.answer(DnsResponder.address(query.name(), 60, 192, 0, 2, 9));
    assertThat(lookup("after.good.test")).containsExactly(ip(192, 0, 2, 9));
  }

  @Test
  void a037LooksAtABoundedNumberOfAddressesOfOneAnswer() throws Exception {
    dns.script =
        query -> {
          if (!query.overTcp()) {
            query.reply(query.message(query.id(), TRUNCATED, query.name()));
            return;
          }
          // A pointer to the question stands for the name, so that 4,000 fit into a message.
          var records = new byte[4_000][];
          for (int i = 0; i < records.length; i++) {
            var address = new byte[] {10, 1, (byte) (i >> 8), (byte) i};
            records[i] =
                DnsResponder.record(new byte[] {(byte) 0xc0, 12}, DnsResponder.A, 60, address);
          }
          query.answer(records);
        };
    assertThat(lookup(HOST)).hasSize(DnsNameServer.ADDRESSES_MAX);
  }

  @Test
  void a037FailsOnAnswersWithImpossibleLabels() {
    for (var label : List.of(new byte[] {}, long300(), new byte[] {3, 'a', 0, 'b', 0})) {
      dns.script =
          query -> {
            var out = new ByteArrayOutputStream();
            out.write(label);
            query.answer(
                DnsResponder.record(
                    out.toByteArray(), DnsResponder.A, 0, new byte[] {10, 0, 0, 1}));
          };
      assertFails(HOST);
    }
  }

  @Test
  void a155RemembersABoundedNumberOfNames() throws Exception {
    dns.script = query -> query.answer(DnsResponder.address(query.name(), 600, 192, 0, 2, 1));
    for (int i = 0; i < DnsNameServer.NAMES_MAX + 20; i++) {
      lookup("n" + i + ".good.test");
    }
    assertThat(loop.submit(names::remembered).get()).isEqualTo(DnsNameServer.NAMES_MAX);
    int before = dns.queries.size();
    lookup("n" + (DnsNameServer.NAMES_MAX + 19) + ".good.test");
    assertThat(dns.queries).hasSize(before);
    lookup("n0.good.test");
    assertThat(dns.queries).hasSize(before + 1);
  }

  @Test
  void ignoresAnAnswerToAnotherQuestion() {
    dns.script =
        query ->
            query.reply(
                query.message(
                    query.id(),
                    0,
                    "evil.test.",
                    DnsResponder.address("evil.test.", 60, 6, 6, 6, 6)));
    assertFails(HOST);
  }

  @Test
  void ignoresAddressesOfOtherNamesThanTheOneAskedFor() {
    dns.script = query -> query.answer(DnsResponder.address("evil.test.", 60, 6, 6, 6, 6));
    assertFails(HOST);
  }

  @Test
  void ignoresAnswersWithAnotherIdOrFromAnotherPlace() throws Exception {
    dns.script =
        query -> {
          var forged = DnsResponder.address(query.name(), 60, 6, 6, 6, 6);
          query.reply(query.message(query.id() ^ 1, 0, query.name(), forged));
          var bytes = query.message(query.id(), 0, query.name(), forged);
          try (var elsewhere = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            elsewhere.send(new DatagramPacket(bytes, bytes.length, query.from()));
          }
          query.answer(DnsResponder.address(query.name(), 60, 192, 0, 2, 10));
        };
    assertThat(lookup(HOST)).containsExactly(ip(192, 0, 2, 10));
  }

  @Test
  void asksFromAnotherPortEachTime() throws Exception {
    dns.script = query -> query.answer(DnsResponder.address(query.name(), 60, 192, 0, 2, 1));
    for (int i = 0; i < 8; i++) {
      lookup("n" + i + ".good.test");
    }
    assertThat(dns.queries.stream().map(DnsResponder.Query::from).distinct().count())
        .isGreaterThan(4);
  }

  @Test
  void followsAnAliasAndGivesUpOnAChainWithoutEnd() throws Exception {
    dns.script =
        query ->
            query.answer(
                DnsResponder.alias(query.name(), "edge.test."),
                DnsResponder.address("edge.test.", 60, 192, 0, 2, 11));
    assertThat(lookup(HOST)).containsExactly(ip(192, 0, 2, 11));
    var links = new AtomicInteger();
    dns.queries.clear();
    dns.script =
        query ->
            query.answer(
                DnsResponder.alias(query.name(), "n" + links.incrementAndGet() + ".test."));
    assertFails("endless.good.test");
    assertThat(dns.queries.size()).isLessThanOrEqualTo(16);
    dns.script = query -> query.answer(DnsResponder.alias(query.name(), query.name()));
    assertFails("loop.good.test");
  }

  @Test
  void a021DialsTheAddressThatWasCheckedAndLooksNothingUpTwice() throws Exception {
    var asked = new AtomicInteger();
    dns.script =
        query -> {
          boolean first = asked.incrementAndGet() == 1;
          query.answer(
              first
                  ? DnsResponder.address(query.name(), 0, 93, 184, 216, 34)
                  : DnsResponder.address(query.name(), 0, 127, 0, 0, 1));
        };
    var way = new Way();
    way.image = Samples.image(Samples.session(Samples.ONE, 1));
    var resolver = new Resolver(names, AddressPolicy.production(), () -> 0);
    var reservation = Way.value(way.reserve("https://" + HOST + "/bare"));
    var first = on(() -> resolver.resolve(reservation));
    assertThat(Way.value(first).address().getAddress()).isEqualTo(ip(93, 184, 216, 34));
    assertThat(asked).hasValue(1);
    assertThat(Way.said(on(() -> resolver.resolve(reservation)))).isEqualTo("address_forbidden");
    assertThat(asked).hasValue(2);
  }

  private List<InetAddress> lookup(String host) throws Exception {
    return on(() -> names.lookup(host));
  }

  private <T> T on(java.util.function.Supplier<java.util.concurrent.CompletionStage<T>> asked)
      throws Exception {
    return loop.submit(asked::get).get().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private void assertFails(String host) {
    assertThatThrownBy(() -> lookup(host)).as(host).isInstanceOf(ExecutionException.class);
  }

  private static byte[] long300() {
    var name = new byte[302];
    java.util.Arrays.fill(name, (byte) 'a');
    name[0] = 63;
    name[64] = 63;
    name[128] = 63;
    name[192] = 63;
    name[256] = 44;
    name[301] = 0;
    return name;
  }

  private static InetAddress ip(int a, int b, int c, int d) throws IOException {
    return InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
  }
}
