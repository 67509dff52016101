package dev.ambit.proxy.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Target;
import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.model.Limits;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What agents are shown: one certificate per host, one key for all, and none for a name that no
/// target knows. No upstream is needed for it, so none is there.
class MintingTest {
  private static final int PORT = 443;
  private static final int AGENTS = 32;

  private DataPlane proxy;

  @BeforeEach
  void start() throws Exception {
    proxy = DataPlane.start(Limits.DEFAULT, PORT, 80);
    proxy.put(anyHostOf("*.good.test", proxy.envelope()));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
  }

  @Test
  void agentsThatComeToAHostAtOnceAreShownOneCertificate() throws Exception {
    var together = new CyclicBarrier(AGENTS);
    var tasks = new ArrayList<Callable<X509Certificate>>();
    for (int i = 0; i < AGENTS; i++) {
      tasks.add(() -> {
        try (var tunnel = tunnel("first.good.test")) {
          together.await();
          return shown(tunnel, "first.good.test");
        }
      });
    }
    var shown = new HashSet<X509Certificate>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var task : threads.invokeAll(tasks)) {
        shown.add(task.get());
      }
    }
    assertThat(shown).hasSize(1);
    assertThat(minted()).isEqualTo(1);
  }

  @Test
  void aHostThatIsComeToAgainShowsTheSameCertificateAndNoOtherHostDoes() throws Exception {
    var one = shown("one.good.test");
    var other = shown("other.good.test");
    assertThat(shown("one.good.test")).isEqualTo(one);
    assertThat(other).isNotEqualTo(one);
    assertThat(other.getSerialNumber()).isNotEqualTo(one.getSerialNumber());
    assertThat(minted()).isEqualTo(2);
  }

  @Test
  void allCertificatesAreOfOneKeyThatIsNotTheAuthoritys() throws Exception {
    var one = shown("one.good.test").getPublicKey();
    assertThat(shown("other.good.test").getPublicKey()).isEqualTo(one);
    assertThat(proxy.podCertificate().getPublicKey()).isNotEqualTo(one);
  }

  @Test
  void mintsNothingForANameThatNoTargetKnows() throws Exception {
    try (var agent = connect("evil.test")) {
      assertThat(agent.head()).startsWith("HTTP/1.1 403 ");
    }
    try (var agent = tunnel("one.good.test")) {
      assertThatThrownBy(() ->
              agent.tls(proxy.podCertificate(), "evil.test", List.of(new SNIHostName("evil.test"))))
          .isInstanceOf(SSLException.class);
    }
    // Known when the tunnel was opened, and not any more when TLS begins in it.
    try (var agent = tunnel("one.good.test")) {
      proxy.endSession();
      assertThatThrownBy(() -> agent.tls(proxy.podCertificate(), "one.good.test"))
          .isInstanceOf(SSLException.class);
    }
    assertThat(minted()).isZero();
  }

  private int minted() throws Exception {
    return proxy.onLoop(proxy.leaves::size);
  }

  private X509Certificate shown(String host) throws Exception {
    try (var tunnel = tunnel(host)) {
      return shown(tunnel, host);
    }
  }

  private X509Certificate shown(RawAgent tunnel, String host) throws Exception {
    try (var inside = tunnel.tls(proxy.podCertificate(), host)) {
      return inside.shown();
    }
  }

  private RawAgent tunnel(String host) throws IOException {
    var agent = connect(host);
    assertThat(agent.head()).startsWith("HTTP/1.1 200 ");
    return agent;
  }

  private RawAgent connect(String host) throws IOException {
    var authority = host + ":" + PORT;
    return proxy
        .agent()
        .send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
  }

  private static Envelope anyHostOf(String pattern, Envelope envelope) {
    var targets = new ArrayList<>(envelope.targets());
    var good = targets.removeFirst();
    targets.addFirst(
        new Target(
            good.name(),
            List.of(HostPattern.parse(pattern).orThrow()),
            good.ports(),
            good.protocol(),
            good.addresses(),
            good.roots(),
            good.sensitivity()));
    return new Envelope(
        envelope.session(),
        envelope.template(),
        envelope.workload(),
        envelope.binding(),
        envelope.sharing(),
        envelope.expiresAt(),
        envelope.idle(),
        envelope.calls(),
        envelope.ceiling(),
        envelope.facts(),
        targets,
        envelope.grants(),
        envelope.denies());
  }
}
