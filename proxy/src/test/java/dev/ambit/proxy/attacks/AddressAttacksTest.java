package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Cidr;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.resolve.DnsResponder;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.2: a call goes to the address that was checked, and to none that leads back inside. The
/// upstreams' own sockets on loopback stand for public places; all else on loopback is what it is.
class AddressAttacksTest extends AttackTest {
  static final AddressRules WIDEST =
      new AddressRules(
          true, List.of(Cidr.parse("0.0.0.0/0").orThrow(), Cidr.parse("::/0").orThrow()));

  @Test
  void a021DialsTheAddressThatWasCheckedAndLooksNothingUpTwice() throws Exception {
    var asked = new AtomicInteger();
    var inside = inside127002();
    site.dns.script =
        query ->
            query.answer(
                DnsResponder.address(
                    query.name(), 0, 127, 0, 0, asked.getAndIncrement() == 0 ? 1 : 2));
    site.rawMayBeReached();
    granted(site.ask(get("http://" + site.rawHost() + "/v1/x", site.rawHost())));
    assertThat(asked).hasValue(1);
    denied(
        site.ask(get("http://" + site.rawHost() + "/v1/x", site.rawHost())),
        403,
        "address_forbidden");
    assertThat(asked).hasValue(2);
    assertThat(inside).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a022NeverDialsThePrivateAddressOfAMixedAnswer(int first) throws Exception {
    var inside = inside127002();
    site.dns.script =
        query ->
            query.answer(
                DnsResponder.address(query.name(), 0, 127, 0, 0, first),
                DnsResponder.address(query.name(), 0, 10, 0, 0, 7),
                DnsResponder.address(query.name(), 0, 127, 0, 0, 3 - first));
    site.rawMayBeReached();
    granted(site.ask(get("http://" + site.rawHost() + "/v1/x", site.rawHost())));
    assertThat(inside).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "metadata.google.internal"})
  void a024NeverReachesMetadataEvenWhenAnEnvelopeNamesIt(String host) throws Exception {
    site.dns.script =
        query -> query.answer(DnsResponder.address(query.name(), 0, 169, 254, 169, 254));
    forbidden(host);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.255",
        "127.128.0.1",
        "[::1]",
        "0.0.0.0",
        "[::]"
      })
  void a025NeverReachesTheMachineItself(String host) throws Exception {
    forbidden(host);
  }

  @ParameterizedTest(name = "{0} as {1}")
  @MethodSource("looseAddresses")
  void a026RefusesLooseAddresses(String host, String where) throws Exception {
    malformed(asking(host, where));
  }

  static Stream<Object[]> looseAddresses() {
    return everywhere(
        "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "017700000001");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]"})
  void a027UnwrapsAddressesInsideAddresses(String host) throws Exception {
    forbidden(host);
  }

  @ParameterizedTest(name = "{0} as {1}")
  @MethodSource("zones")
  void a029RefusesZones(String host, String where) throws Exception {
    malformed(asking(host, where));
  }

  static Stream<Object[]> zones() {
    return everywhere("[fe80::1%eth0]", "[fe80::1%25eth0]", "fe80::1%eth0", "fe80::1%25eth0");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("special")
  void a030NeverReachesSpecialAddresses(String host) throws Exception {
    site.open(site.blank().addressed("named", host, 80, AddressRules.PUBLIC));
    denied(site.ask(get("http://" + host + "/v1/x", host)), 403, "address_forbidden");
  }

  static Stream<String> special() {
    return Stream.of(
        "10.0.0.0",
        "10.255.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.168.0.0",
        "192.168.255.255",
        "[fc00::1]",
        "[fdff::1]",
        "224.0.0.1",
        "239.255.255.255",
        "[ff02::1]",
        "255.255.255.255",
        "192.0.0.1",
        "192.0.0.255",
        "198.18.0.0",
        "198.19.255.255",
        "240.0.0.0",
        "255.255.255.254",
        "100.64.0.1",
        "100.64.0.0",
        "100.127.255.255");
  }

  /// Nothing may be dialled out there, so what the edges outside of it are is asked by a name that
  /// leads to both: the edge is chosen, which the record of the intent shows, and never answers.
  @ParameterizedTest
  @ValueSource(strings = {"100.63.255.254", "100.128.0.1"})
  void a030AdmitsTheEdgesOutsideOfSharedAddresses(String address) throws Exception {
    assertThat(AddressRules.PUBLIC.admits(InetAddress.ofLiteral(address).getAddress())).isTrue();
  }

  /// Under the broadest block, by the address itself.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "own address",
        "kubelet",
        "node address",
        "Kubernetes API",
        "control plane",
        "name server",
        "metrics"
      })
  void a031NeverReachesWhatTheProxyItselfLivesOn(String what) throws Exception {
    var port =
        switch (what) {
          case "own address" -> site.evil.port();
          case "kubelet", "node address" -> 10_250;
          case "Kubernetes API" -> 443;
          case "control plane" -> site.plane.port();
          case "name server" -> site.dns.address().getPort();
          default -> site.probes.getPort();
        };
    var places =
        switch (what) {
          case "own address", "kubelet" -> ownAddresses();
          case "node address" -> List.of(Site.NODE);
          case "Kubernetes API" -> List.of(Site.KUBERNETES_API);
          default -> List.of("127.0.0.1");
        };
    assertThat(places).isNotEmpty();
    for (var place : places) {
      site.open(site.blank().addressed("literal", place, port, WIDEST));
      var to = place + ":" + port;
      denied(site.ask(get("http://" + to + "/v1/x", to)), 403, "address_forbidden");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.1.2.3", "kubernetes.default.svc", "other.ns.svc.cluster.local"})
  void a032DeniesPlacesOutsideTheEnvelopeWithoutALookUp(String host) throws Exception {
    denied(site.ask(get("http://" + host + "/v1/x", host)), 403, "target_unknown");
    assertThat(site.dns.queries.stream().filter(query -> query.name().contains("svc"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "a name", "own address"})
  void a033FindsALoopAtItsFirstTurn(String how) throws Exception {
    var port = site.address.getPort();
    site.admit(port);
    site.dns.script = query -> query.answer(DnsResponder.address(query.name(), 0, 127, 0, 0, 1));
    var host =
        switch (how) {
          case "127.0.0.1", "localhost" -> how;
          case "own address" -> ownAddresses().getFirst();
          default -> "loop.good.test";
        };
    site.open(site.blank().addressed("named", host, port, WIDEST));
    var to = host + ":" + port;
    denied(site.ask(get("http://" + to + "/v1/x", to)), 403, "address_forbidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/livez", "/readyz", "/startupz", "/metrics", "/heapdump", "/debug/pprof"})
  void a035ShowsNoSecretAndTakesNoVerbButGet(String page) throws Exception {
    granted(site.insideGood().send(get("/v1/items/7", site.goodHost())).answer());
    var known = !page.equals("/heapdump") && !page.equals("/debug/pprof");
    assertThat(site.page(page)).startsWith("HTTP/1.1 " + (known ? 200 : 404));
    for (var method :
        List.of("POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "get")) {
      try (var agent = RawAgent.connect(site.probes)) {
        agent.send(method + " " + page + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        assertThat(agent.head()).as(method).startsWith("HTTP/1.1 405 ");
      }
    }
    assertThat(abstractSockets()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "label of no length",
        "label of 300 bytes",
        "label with NUL",
        "4000 addresses",
        "flood"
      })
  void a037BoundsWhatANameServerSays(String what) throws Exception {
    site.open(
        site.blank()
            .bare(
                "names",
                Protocol.HTTP,
                "*.good.test",
                site.raw.port(),
                new UpstreamRoots.SystemRoots(),
                "/v1/**"));
    switch (what) {
      case "4000 addresses" -> {
        // More, as the row has them, fit into no message.
        site.dns.script = AddressAttacksTest::manyAddresses;
        denied(askName("many.good.test"), 403, "address_forbidden");
      }
      case "flood" -> {
        site.dns.script = query -> query.reply(query.message(query.id(), 3, query.name()));
        for (int i = 0; i < 300; i++) {
          var answer = askName("n" + i + ".good.test");
          if (answer.status() == 429) {
            denied(answer, 429, "rate_limited");
          } else {
            failed(answer);
          }
        }
      }
      default -> {
        site.dns.script = query -> query.answer(odd(what));
        failed(askName("a" + what.hashCode() + ".good.test"));
      }
    }
  }

  /// A relay in front of the proxy is one more agent: what it passes on is judged like its own.
  @Test
  void a038JudgesWhatIsRelayedForAnotherProcessLikeADirectCall() throws Exception {
    try (var relay = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> pass(relay, site.address));
      var through = new InetSocketAddress(relay.getInetAddress(), relay.getLocalPort());
      for (var path : List.of("/v1/items/7", "/v1/admin")) {
        try (var agent = RawAgent.connect(through)) {
          agent.send(
              "CONNECT " + site.goodHost() + " HTTP/1.1\r\nHost: " + site.goodHost() + "\r\n\r\n");
          assertThat(agent.head()).startsWith("HTTP/1.1 200 ");
          var answer =
              agent.tls(site.podCertificate(), Site.GOOD).send(get(path, site.goodHost())).answer();
          if (path.endsWith("7")) {
            granted(answer);
          } else {
            denied(answer, 403, "path_not_granted");
          }
        }
      }
    }
  }

  private void forbidden(String host) throws IOException {
    site.open(site.blank().addressed("named", host, 80, WIDEST));
    denied(site.ask(get("http://" + host + "/v1/x", host)), 403, "address_forbidden");
  }

  /// The addresses of this machine beside loopback, as a host.
  private static List<String> ownAddresses() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .map(address ->
            address instanceof Inet4Address
                ? address.getHostAddress()
                : "[" + address.getHostAddress().replaceAll("%.*", "") + "]")
        .toList();
  }

  private RawAgent.Answer askName(String name) throws IOException {
    var to = name + ":" + site.raw.port();
    try (var agent = site.agent()) {
      return agent.send(get("http://" + to + "/v1/x", to)).answer();
    }
  }

  private void failed(RawAgent.Answer answer) {
    site.expect("");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
    assertThat(answer.body()).contains("\"stage\":\"resolve\"");
  }

  /// Connections to 127.0.0.2 at RAW's port, which nothing admits.
  private AtomicInteger inside127002() throws IOException {
    var visits = new AtomicInteger();
    var address = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
    var server = site.keep(new ServerSocket(site.raw.port(), 50, address));
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              server.accept().close();
              visits.incrementAndGet();
            }
          } catch (IOException _) {
            // Closed.
          }
        });
    return visits;
  }

  private static void manyAddresses(DnsResponder.Query query) throws IOException {
    if (!query.overTcp()) {
      query.reply(query.message(query.id(), 0x0200, query.name()));
      return;
    }
    var records = new ArrayList<byte[]>();
    for (int i = 0; i < 4_000; i++) {
      records.add(
          DnsResponder.record(
              new byte[] {(byte) 0xc0, 12},
              DnsResponder.A,
              0,
              new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
    }
    query.answer(records.toArray(byte[][]::new));
  }

  private static byte[] odd(String what) throws IOException {
    var owner =
        switch (what) {
          case "label of no length" -> new byte[] {1, 'a', 0, 4, 'g', 'o', 'o', 'd', 0};
          case "label of 300 bytes" -> long300();
          default -> new byte[] {3, 'a', 0, 'b', 4, 'g', 'o', 'o', 'd', 4, 't', 'e', 's', 't', 0};
        };
    return DnsResponder.record(owner, DnsResponder.A, 0, new byte[] {127, 0, 0, 1});
  }

  private static byte[] long300() {
    var name = new byte[302];
    java.util.Arrays.fill(name, (byte) 'a');
    name[0] = (byte) 300;
    name[301] = 0;
    return name;
  }

  private List<String> abstractSockets() throws IOException {
    var inodes = new ArrayList<String>();
    try (var open = Files.list(Path.of("/proc", Long.toString(site.proxy.pid()), "fd"))) {
      for (var descriptor : open.toList()) {
        try {
          inodes.add(Files.readSymbolicLink(descriptor).toString());
        } catch (NoSuchFileException _) {
          // Closed since.
        }
      }
    }
    return Files.readAllLines(Path.of("/proc/net/unix")).stream()
        .map(line -> line.split(" +"))
        .filter(words -> words.length > 7 && words[7].startsWith("@"))
        .filter(words -> inodes.contains("socket:[" + words[6] + "]"))
        .map(words -> words[7])
        .toList();
  }

  static void pass(ServerSocket relay, InetSocketAddress to) {
    try {
      while (true) {
        var agent = relay.accept();
        var proxy = new Socket(to.getAddress(), to.getPort());
        copy(agent, proxy);
        copy(proxy, agent);
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private static void copy(Socket from, Socket to) {
    Thread.ofVirtual()
        .start(() -> {
          try (from;
              to) {
            from.getInputStream().transferTo(to.getOutputStream());
          } catch (IOException _) {
            // One of the two has closed.
          }
        });
  }

  private static Stream<Object[]> everywhere(String... hosts) {
    return Stream.of(hosts)
        .flatMap(host ->
            Stream.of("absolute form", "Host", "CONNECT").map(where -> new Object[] {host, where}));
  }

  private String asking(String host, String where) {
    return switch (where) {
      case "absolute form" -> get("http://" + host + "/v1/x", host);
      case "Host" -> get("http://" + site.rawHost() + "/v1/x", host);
      default -> "CONNECT " + host + ":443 HTTP/1.1\r\n\r\n";
    };
  }
}
