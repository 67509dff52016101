package dev.ambit.spiffe.tls;

import dev.ambit.spiffe.authority.FakeAgent;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.x509.Issuer;
import dev.ambit.testkit.Await;
import dev.ambit.testkit.ManualClock;
import io.netty.channel.IoEventLoopGroup;
import io.netty.handler.ssl.SslProvider;
import io.spiffe.workloadapi.internal.UnixSockets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// One side of a connection: a workload with an agent of its own that does what a test tells it.
final class Party implements AutoCloseable {
  final ManualClock clock;
  final SpiffeSource source;
  private final IoEventLoopGroup loops = UnixSockets.newLoop();
  private final FakeAgent agent;
  private final String id;
  private Issuer.Identity svid;

  Party(Path socket, Issuer issuer, String path, Issuer... trusted) throws IdentityUnavailable {
    clock = new ManualClock(issuer.now());
    id = issuer.id(path);
    svid = issuer.svid(path);
    agent = new FakeAgent(socket).give(svid, id, trusted);
    source = SpiffeSource.open(socket, Duration.ofSeconds(20), clock, loops);
  }

  SpiffeTls tls(SslProvider provider, String... admitted) {
    return new SpiffeTls(source, PeerPolicy.of(admitted), provider);
  }

  /// Gives it another SVID and these bundles, and returns when it has them.
  void give(Issuer.Identity next, Issuer... trusted) {
    svid = next;
    trust(trusted);
  }

  /// Gives it these bundles and no others, and returns when it has them.
  void trust(Issuer... trusted) {
    var before = source.current().version();
    agent.give(svid, id, trusted);
    Await.until("a new snapshot", () -> source.current().version() > before);
  }

  @Override
  public void close() {
    source.close();
    agent.close();
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
