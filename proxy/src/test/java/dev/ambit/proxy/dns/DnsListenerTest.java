package dev.ambit.proxy.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.decode.SyntheticAddresses;
import dev.ambit.proxy.decode.TunnelGate;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.OpaqueLimits;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.testing.ManualTime;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.testkit.Await;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Real datagrams and connections, written and read byte by byte (RFC 1035 4).
class DnsListenerTest {
  private static final int A = 1;
  private static final int TXT = 16;
  private static final int AAAA = 28;
  private static final int HTTPS = 65;
  private static final int NO_ERROR = 0;
  private static final int SERVER_FAILURE = 2;
  private static final int NO_SUCH_NAME = 3;
  private static final int NOT_IMPLEMENTED = 4;
  private static final int REFUSED = 5;
  private static final int WAIT_MILLIS = 5_000;

  private final Transport transport = Transport.best();
  private final EventLoopGroup loops = transport.oneLoop("test-loop");
  private final ManualTime time = new ManualTime();
  private final List<String> lookedUp = new CopyOnWriteArrayList<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private volatile SessionImage image = Samples.image(Samples.session(Samples.ONE, 1));
  private volatile boolean lease = true;
  private volatile CompletionStage<List<InetAddress>> found;
  private DnsQueries queries;
  private DnsListener listener;
  private InetSocketAddress address;
  private SyntheticAddresses synthetic;

  @BeforeEach
  void start() throws Exception {
    found =
        CompletableFuture.completedStage(
            List.of(ip("192.0.2.7"), ip("192.0.2.8"), ip("2001:db8::7")));
    var sessions = new Sessions(() -> image, () -> lease, time);
    var tunnels = new TunnelGate(() -> image, () -> lease);
    synthetic = new SyntheticAddresses(tunnels::opaqueHosts, OpaqueLimits.DEFAULT, time);
    queries =
        new DnsQueries(
            tunnels,
            host -> {
              lookedUp.add(host);
              return found;
            },
            synthetic,
            sessions,
            new Told(),
            () -> new CallId("01ARZ3NDEKTSV4RRFFQ69G5FC1"),
            time);
    listener = new DnsListener(loops.next(), transport, queries);
    address = listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() throws Exception {
    loops.next().submit(listener::close).get();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void answersForWhatASessionHoldsWithTheAddressesOfTheFamilyThatWasAskedFor() throws Exception {
    var four = udp(query("api.good.test", A));
    assertThat(four.code()).isEqualTo(NO_ERROR);
    assertThat(four.records()).containsExactly("5 192.0.2.7", "5 192.0.2.8");
    assertThat(udp(query("api.good.test", AAAA)).records())
        .containsExactly("5 2001:db8:0:0:0:0:0:7");
    assertThat(lookedUp).containsExactly("api.good.test", "api.good.test");
    assertThat(told).isEmpty();
    assertThat(queries.answered()).isEqualTo(2);
  }

  @Test
  void givesANameOfOpaqueTcpAnAddressOfItsOwnAndAsksNobody() throws Exception {
    image = Samples.image(Samples.session(opaque(), 1, false, 1_000_000_000_000L, ""));
    var four = udp(query("db.good.test", A));
    assertThat(four.code()).isEqualTo(NO_ERROR);
    assertThat(four.records())
        .containsExactly("5 " + synthetic.of("db.good.test").getFirst().getHostAddress());
    assertThat(udp(query("DB.good.test", AAAA)).records())
        .containsExactly("5 " + synthetic.of("db.good.test").getLast().getHostAddress());
    assertThat(udp(query("db.good.test", TXT)).records()).isEmpty();
    assertThat(udp(query("evil.good.test", A)).code()).isEqualTo(NO_SUCH_NAME);
    assertThat(lookedUp).isEmpty();
    assertThat(queries.answered()).isEqualTo(3);
  }

  @Test
  void asksToComeAgainWhileEveryAddressStandsForAnotherName() throws Exception {
    image = Samples.image(Samples.session(opaque(), 1, false, 1_000_000_000_000L, ""));
    for (var name = 0; name < OpaqueLimits.DEFAULT.names(); name++) {
      synthetic.of(name + ".test");
    }
    assertThat(udp(query("db.good.test", A)).code()).isEqualTo(SERVER_FAILURE);
  }

  /// A session that may reach a database.
  private static Envelope opaque() {
    var of = Samples.envelope(Samples.ONE, Sharing.EXCLUSIVE);
    var db =
        new Target(
            "db",
            List.of(HostPattern.parse("db.good.test").orThrow()),
            Set.of(5432),
            Protocol.TCP,
            AddressRules.PUBLIC,
            new UpstreamRoots.SystemRoots());
    return new Envelope(
        of.session(),
        of.template(),
        of.workload(),
        of.binding(),
        of.sharing(),
        of.expiresAt(),
        of.idle(),
        of.calls(),
        List.of(db),
        List.of(new Grant("db", "db", Set.of(), List.of(), OptionalLong.empty(), null)),
        List.of());
  }

  @Test
  void answersByTcpToo() throws Exception {
    try (var socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(WAIT_MILLIS);
      for (var name : List.of("api.good.test", "evil.test")) {
        var out = new DataOutputStream(socket.getOutputStream());
        var query = query(name, A);
        out.writeShort(query.length);
        out.write(query);
        var in = new DataInputStream(socket.getInputStream());
        var answer = Answer.of(in.readNBytes(in.readUnsignedShort()));
        assertThat(answer.code()).isEqualTo(name.startsWith("api") ? NO_ERROR : NO_SUCH_NAME);
      }
    }
  }

  @Test
  void keepsTheSpellingOfTheQuestionAndReadsItInAnyCase() throws Exception {
    var answer = udp(query("ApI.gOOd.TEST", A));
    assertThat(answer.question()).isEqualTo("ApI.gOOd.TEST");
    assertThat(answer.records()).hasSize(2);
    assertThat(lookedUp).containsExactly("api.good.test");
  }

  @Test
  void a175SaysThatAnyOtherNameDoesNotExistAndAsksNobody() throws Exception {
    for (var name :
        List.of(
            "secret.evil.test",
            "sub.api.good.test",
            "api.good.test.agents.svc.cluster.local",
            "good.test",
            "localhost",
            "metadata.google.internal")) {
      for (var type : List.of(A, AAAA, TXT, HTTPS)) {
        var answer = udp(query(name, type));
        assertThat(answer.code()).as(name).isEqualTo(NO_SUCH_NAME);
        assertThat(answer.records()).isEmpty();
        assertThat(answer.negativeSeconds()).isEqualTo(1);
      }
    }
    assertThat(lookedUp).isEmpty();
    assertThat(queries.unknown()).isEqualTo(24);
  }

  @Test
  void tellsAnUnknownNameOnceAMinute() throws Exception {
    udp(query("evil.test", A));
    udp(query("EVIL.test", AAAA));
    assertThat(told).containsExactly("http://evil.test:53 target_unknown 1");
    time.advance(Duration.ofSeconds(59));
    udp(query("evil.test", A));
    assertThat(told).hasSize(1);
    time.advance(Duration.ofSeconds(1));
    udp(query("evil.test", A));
    assertThat(told).hasSize(2);
  }

  @Test
  void tellsAtMostSoManyNamesAMinute() throws Exception {
    for (var name = 0; name < Noted.NAMES_MAX + 20; name++) {
      assertThat(udp(query(name + "x.evil.test", A)).code()).isEqualTo(NO_SUCH_NAME);
    }
    assertThat(told).hasSize(Noted.NAMES_MAX);
    assertThat(queries.unknown()).isEqualTo(Noted.NAMES_MAX + 20);
  }

  @Test
  void saysNothingOfWhatCannotBeAHost() throws Exception {
    assertThat(udp(query("_ldap._tcp.dc.test", A)).code()).isEqualTo(NO_SUCH_NAME);
    assertThat(udp(query("192.0.2.1", A)).code()).isEqualTo(NO_SUCH_NAME);
    assertThat(told).isEmpty();
    assertThat(lookedUp).isEmpty();
  }

  @Test
  void hasNoOtherRecordsThanAddresses() throws Exception {
    for (var type : List.of(TXT, HTTPS)) {
      var answer = udp(query("api.good.test", type));
      assertThat(answer.code()).isEqualTo(NO_ERROR);
      assertThat(answer.records()).isEmpty();
      assertThat(answer.negativeSeconds()).isEqualTo(1);
    }
    assertThat(lookedUp).isEmpty();
  }

  @Test
  void asksToComeAgainWithoutALeaseAndWhenNobodyAnswers() throws Exception {
    lease = false;
    assertThat(udp(query("api.good.test", A)).code()).isEqualTo(SERVER_FAILURE);
    assertThat(lookedUp).isEmpty();
    lease = true;
    found = CompletableFuture.failedStage(new UnknownHostException("nobody"));
    assertThat(udp(query("api.good.test", A)).code()).isEqualTo(SERVER_FAILURE);
    assertThat(queries.failed()).isEqualTo(2);
  }

  @Test
  void knowsNoNameWhereNoSessionIs() throws Exception {
    image = SessionImage.EMPTY;
    assertThat(udp(query("api.good.test", A)).code()).isEqualTo(NO_SUCH_NAME);
    assertThat(told).containsExactly("http://api.good.test:53 no_session 0");
  }

  @Test
  void refusesWhatIsNoQueryForOneInternetName() throws Exception {
    var update = query("api.good.test", A);
    update[2] |= 5 << 3;
    assertThat(udp(update).code()).isEqualTo(NOT_IMPLEMENTED);
    var chaos = query("api.good.test", A);
    chaos[chaos.length - 1] = 3;
    assertThat(udp(chaos).code()).isEqualTo(REFUSED);
  }

  @Test
  void survivesWhatIsNoMessage() throws Exception {
    try (var socket = new DatagramSocket()) {
      for (var length : List.of(0, 1, 11, 13, 40)) {
        var junk = new byte[length];
        Arrays.fill(junk, (byte) 0xc0);
        socket.send(new DatagramPacket(junk, length, address));
      }
    }
    assertThat(udp(query("api.good.test", A)).code()).isEqualTo(NO_ERROR);
  }

  @Test
  void letsOnlySoManyQueriesWait() throws Exception {
    var never = new CompletableFuture<List<InetAddress>>();
    found = never;
    try (var socket = new DatagramSocket()) {
      for (var query = 0; query < DnsQueries.WAITING_MAX; query++) {
        var bytes = query("api.good.test", A);
        socket.send(new DatagramPacket(bytes, bytes.length, address));
        var wanted = query + 1;
        Await.until("asked", () -> lookedUp.size() == wanted);
      }
      assertThat(udp(query("api.good.test", A)).code()).isEqualTo(SERVER_FAILURE);
      loops.next().submit(() -> never.complete(List.of(ip("192.0.2.9")))).get();
    }
    assertThat(udp(query("api.good.test", A)).records()).containsExactly("5 192.0.2.9");
  }

  @Test
  void closesConnectionsBeyondItsBound() throws Exception {
    var open = new ArrayList<Socket>();
    try {
      for (var connection = 0; connection < DnsListener.CONNECTIONS_MAX; connection++) {
        open.add(new Socket(address.getAddress(), address.getPort()));
      }
      try (var more = new Socket(address.getAddress(), address.getPort())) {
        more.setSoTimeout(WAIT_MILLIS);
        assertThat(more.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (var socket : open) {
        socket.close();
      }
    }
  }

  private Answer udp(byte[] query) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(WAIT_MILLIS);
      socket.send(new DatagramPacket(query, query.length, address));
      var packet = new DatagramPacket(new byte[512], 512);
      socket.receive(packet);
      return Answer.of(Arrays.copyOf(packet.getData(), packet.getLength()));
    }
  }

  private static byte[] query(String name, int type) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    for (var word : List.of(0x4d21, 0x0100, 1, 0, 0, 0)) {
      out.writeShort(word);
    }
    for (var label : name.split("\\.", -1)) {
      out.writeByte(label.length());
      out.write(label.getBytes(US_ASCII));
    }
    out.writeByte(0);
    out.writeShort(type);
    out.writeShort(1);
    return bytes.toByteArray();
  }

  private static InetAddress ip(String text) throws UnknownHostException {
    return InetAddress.getByName(text);
  }

  /// A message as a resolver reads it.
  ///
  /// @param records TTL and address each
  /// @param negativeSeconds of the SOA record, -1 where there is none
  private record Answer(int code, String question, List<String> records, int negativeSeconds) {
    static Answer of(byte[] message) throws IOException {
      var in = new DataInputStream(new java.io.ByteArrayInputStream(message));
      assertThat(in.readUnsignedShort()).isEqualTo(0x4d21);
      var flags = in.readUnsignedShort();
      assertThat(flags & 0x8180).as("an answer, recursion desired and there").isEqualTo(0x8180);
      var questions = in.readUnsignedShort();
      var answers = in.readUnsignedShort();
      var authorities = in.readUnsignedShort();
      assertThat(in.readUnsignedShort()).isZero();
      var question = questions == 0 ? "" : name(in);
      in.skipNBytes(questions == 0 ? 0 : 4);
      var records = new ArrayList<String>();
      for (var record = 0; record < answers; record++) {
        name(in);
        in.skipNBytes(4);
        var seconds = in.readInt();
        records.add(
            seconds
                + " "
                + InetAddress.getByAddress(in.readNBytes(in.readUnsignedShort())).getHostAddress());
      }
      var negative = -1;
      if (authorities == 1) {
        name(in);
        in.skipNBytes(8);
        var soa = in.readNBytes(in.readUnsignedShort());
        negative = soa[soa.length - 1];
      }
      assertThat(in.read()).as("the end of the message").isEqualTo(-1);
      return new Answer(flags & 0xf, question, List.copyOf(records), negative);
    }

    private static String name(DataInputStream in) throws IOException {
      var labels = new ArrayList<String>();
      for (int length = in.readUnsignedByte(); length > 0; length = in.readUnsignedByte()) {
        if (length >= 0xc0) {
          in.skipNBytes(1);
          break;
        }
        labels.add(new String(in.readNBytes(length), US_ASCII));
      }
      return String.join(".", labels);
    }
  }

  private final class Told implements CallLog {
    @Override
    public void permitted(Arrival arrival, Session session, String target, String grant) {
      throw new AssertionError("no call");
    }

    @Override
    public void ended(Arrival arrival, CallEnd end) {
      throw new AssertionError("no call");
    }

    @Override
    public void refused(
        CallId id, Optional<Authority> authority, String method, Denial denial, int status) {
      assertThat(method).isEqualTo("DNS");
      told.add(
          authority.map(Object::toString).orElse("")
              + " "
              + denial.reason().toString().toLowerCase(java.util.Locale.ROOT)
              + " "
              + denial.session().stream().count());
    }
  }
}
