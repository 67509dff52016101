package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.PodNetwork;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.resolve.DnsResponder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.2 where the agent knows of no proxy: an address that is dialled opens no way that a name
/// would not, and nobody gets to the proxy's own doors.
class CaughtAddressAttacksTest extends AttackTest {
  @RegisterExtension static final InPod POD = InPod.open();

  @Override
  Place place() {
    return POD;
  }

  /// O1 as the kernel sees it: everything that may be reached is in the pod.
  @AfterEach
  void nothingHasLeft() {
    assertThat(POD.left()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a021A022DialsTheAddressThatWasChecked(int first) throws Exception {
    var asked = new AtomicInteger();
    site.dns.script =
        query -> {
          // Rebinding between two calls, and an answer of both kinds to the first.
          var again = asked.getAndIncrement() > 0;
          query.answer(
              DnsResponder.address(query.name(), 0, 127, 0, 0, again ? 2 : first),
              DnsResponder.address(query.name(), 0, 10, 0, 0, 7),
              DnsResponder.address(query.name(), 0, 127, 0, 0, again ? 2 : 3 - first));
        };
    site.rawMayBeReached();
    granted(ask(site.rawHost(), site.raw.port()));
    denied(ask(site.rawHost(), site.raw.port()), 403, "address_forbidden");
    assertThat(asked).hasValue(2);
  }

  /// By the address itself where it can be dialled, and by `Host`.
  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "metadata.google.internal"})
  void a024NeverReachesMetadataEvenWhenAnEnvelopeNamesIt(String host) throws Exception {
    site.dns.script =
        query -> query.answer(DnsResponder.address(query.name(), 0, 169, 254, 169, 254));
    site.open(site.blank().addressed("named", host, 80, AddressAttacksTest.WIDEST));
    denied(ask(host, 80), 403, "address_forbidden");
    if (!host.startsWith("metadata")) {
      var dialled = new InetSocketAddress(InetAddress.getByName(host), 80);
      denied(site.agent(dialled).send(get("/v1/x", host)).answer(), 403, "address_forbidden");
      // Of old, without a Host: the address is all that is known.
      denied(
          site.agent(dialled).send("GET /v1/x HTTP/1.0\r\n\r\n").answer(),
          403,
          "address_forbidden");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.255.255.255",
        "[::1]",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]"
      })
  void a025A027NeverReachesTheMachineItself(String host) throws Exception {
    site.open(site.blank().addressed("named", host, 80, AddressAttacksTest.WIDEST));
    denied(ask(host, 80), 403, "address_forbidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "017700000001",
        "[fe80::1%eth0]",
        "[fe80::1%25eth0]"
      })
  void a026A029RefusesLooseAddressesAndZones(String host) throws Exception {
    site.expect("malformed");
    malformed(caught(80).send(get("/v1/x", host)));
  }

  @ParameterizedTest
  @MethodSource("special")
  void a030NeverReachesSpecialAddresses(String host) throws Exception {
    site.open(site.blank().addressed("named", host, 80, dev.ambit.envelope.AddressRules.PUBLIC));
    denied(ask(host, 80), 403, "address_forbidden");
  }

  static Stream<String> special() {
    return AddressAttacksTest.special();
  }

  @ParameterizedTest
  @ValueSource(strings = {PodNetwork.POD, Site.NODE, Site.KUBERNETES_API})
  void a031NeverReachesWhatTheProxyItselfLivesOn(String place) throws Exception {
    site.open(site.blank().addressed("literal", place, 10_250, AddressAttacksTest.WIDEST));
    var to = place + ":10250";
    denied(caught(10_250).send(get("/v1/x", to)).answer(), 403, "address_forbidden");
    if (!place.equals(PodNetwork.POD)) {
      var dialled = site.agent(new InetSocketAddress(place, 10_250));
      denied(dialled.send(get("/v1/x", to)).answer(), 403, "address_forbidden");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.1.2.3", "kubernetes.default.svc", "other.ns.svc.cluster.local"})
  void a032DeniesPlacesOutsideTheEnvelopeWithoutALookUp(String host) throws Exception {
    denied(ask(host, 80), 403, "target_unknown");
    assertThat(site.dns.queries.stream().filter(query -> query.name().contains("svc"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "a name", PodNetwork.POD})
  void a033FindsALoopAtItsFirstTurn(String how) throws Exception {
    site.dns.script = query -> query.answer(DnsResponder.address(query.name(), 0, 127, 0, 0, 1));
    var host = how.equals("a name") ? "loop.good.test" : how;
    for (var port : List.of(Pod.CAPTURE_PORT, Pod.DNS_PORT, site.address.getPort())) {
      site.admit(port);
      site.open(site.blank().addressed("named", host, port, AddressAttacksTest.WIDEST));
      // Turned, since it was dialled outside, and named as the proxy's own.
      denied(ask(host, port), 403, "address_forbidden");
    }
  }

  /// The kernel has no entry of it, or one that leads back.
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "127.0.0.2"})
  void a033A034ClosesWhoDialsTheListenerItself(String place) throws Exception {
    var to = new InetSocketAddress(place, Pod.CAPTURE_PORT);
    try {
      var agent = site.agent(to).send(get("/v1/x", site.rawHost()));
      assertThat(agent.answer().head()).isEmpty();
      assertThat(agent.closed()).isTrue();
    } catch (ConnectException _) {
      assertThat(place).as("where the listener is not").isEqualTo("127.0.0.2");
    }
    assertThat(site.logged()).noneMatch(line -> line.contains("Exception"));
  }

  /// A relay in front of it is one more agent: what it dials is turned like all else.
  @Test
  void a038JudgesWhatIsRelayedForAnotherProcessLikeADirectCall() throws Exception {
    try (var relay = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var outside = new InetSocketAddress(PodNetwork.OUTSIDE, site.good.port());
      Thread.ofPlatform().daemon().start(() -> AddressAttacksTest.pass(relay, outside));
      var through = new InetSocketAddress(relay.getInetAddress(), relay.getLocalPort());
      for (var path : List.of("/v1/items/7", "/v1/admin")) {
        var agent = site.kept(site.agent(through).tls(site.podCertificate(), Site.GOOD));
        var answer = agent.send(get(path, site.goodHost())).answer();
        if (path.endsWith("7")) {
          granted(answer);
        } else {
          denied(answer, 403, "path_not_granted");
        }
      }
    }
  }

  private RawAgent.Answer ask(String host, int port) throws IOException {
    var to = host.contains(":" + port) || port == 80 ? host : host + ":" + port;
    return caught(port).send(get("/v1/x", to)).answer();
  }

  private RawAgent caught(int port) throws IOException {
    return site.agent(new InetSocketAddress(PodNetwork.OUTSIDE, port));
  }
}
