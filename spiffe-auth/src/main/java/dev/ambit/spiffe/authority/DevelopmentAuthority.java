package dev.ambit.spiffe.authority;

import dev.ambit.spiffe.identity.SpiffeIds;
import io.netty.channel.IoEventLoopGroup;
import io.spiffe.workloadapi.internal.UnixSockets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A certificate authority in memory and a Workload API for each workload on a Unix socket of its
/// own (a socket stands for what a SPIRE agent would attest). For development and tests only: it
/// gives an identity to whoever can open a file. Thread-safe.
public final class DevelopmentAuthority implements AutoCloseable {
  private static final Duration SVID_LIFE = Duration.ofHours(1);
  private static final Duration SVID_LIFE_MIN = Duration.ofSeconds(2);

  private final TrustDomainKeys keys;
  private final IoEventLoopGroup loops = UnixSockets.newLoop();
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Path, WorkloadSocket<WorkloadApi>> sockets = new HashMap<>();

  private DevelopmentAuthority(TrustDomainKeys keys) {
    this.keys = keys;
  }

  /// A fresh trust domain whose SVIDs live for an hour.
  public static DevelopmentAuthority start(String trustDomain) {
    return start(trustDomain, SVID_LIFE, InstantSource.system());
  }

  /// A fresh trust domain.
  ///
  /// @param svidLife of X.509-SVIDs, at least 2 s; they are issued anew when half of it is over
  public static DevelopmentAuthority start(
      String trustDomain, Duration svidLife, InstantSource clock) {
    if (svidLife.compareTo(SVID_LIFE_MIN) < 0) {
      throw new IllegalArgumentException(
          "svidLife: " + svidLife + " (expected: at least " + SVID_LIFE_MIN + ")");
    }
    var keys = new TrustDomainKeys(SpiffeIds.checkTrustDomain(trustDomain), svidLife, clock);
    var authority = new DevelopmentAuthority(keys);
    long half = svidLife.toMillis() / 2;
    var _ =
        authority
            .loops
            .next()
            .scheduleAtFixedRate(authority::rotate, half, half, TimeUnit.MILLISECONDS);
    return authority;
  }

  /// The certificate of the authority that signs; the whole bundle, unless it is being replaced.
  public X509Certificate certificate() {
    return keys.certificate();
  }

  /// Serves `spiffeId` to whoever connects to `socket` (0600, at most 100 characters). A socket
  /// that is served already changes its identity.
  public void serve(Path socket, String spiffeId) {
    if (!SpiffeIds.trustDomain(SpiffeIds.check(spiffeId)).equals(keys.trustDomain())) {
      throw new IllegalArgumentException(
          "spiffeId: of another trust domain (expected: " + keys.trustDomain() + ")");
    }
    socketAt(socket).api().admit(spiffeId);
  }

  /// Answers at `socket`, but with no identity, as an agent does that has no entry for a workload.
  public void deny(Path socket) {
    socketAt(socket).api().deny();
  }

  /// Closes the socket, as an agent that ends.
  public synchronized void stop(Path socket) {
    var served = sockets.remove(socket);
    if (served != null) {
      served.close();
    }
  }

  /// Issues new SVIDs to every stream.
  public synchronized void rotate() {
    sockets.values().forEach(socket -> socket.api().rotate());
  }

  /// The first of three steps that replace the authority, as a trust domain takes them: another is
  /// put into the bundle of everyone beside the present one.
  public synchronized void prepareAuthority() {
    keys.prepare();
    publish();
  }

  /// The second: the one that was prepared signs the SVIDs of everyone.
  public synchronized void activateAuthority() {
    keys.activate();
    publish();
  }

  /// The third: nobody trusts the old one any more.
  public synchronized void revokeOldAuthority() {
    keys.revoke();
    publish();
  }

  private void publish() {
    sockets.values().forEach(socket -> socket.api().publish());
  }

  private synchronized WorkloadSocket<WorkloadApi> socketAt(Path path) {
    return sockets.computeIfAbsent(
        path, at -> new WorkloadSocket<>(at, new WorkloadApi(keys), loops, calls));
  }

  @Override
  public synchronized void close() {
    sockets.values().forEach(WorkloadSocket::close);
    sockets.clear();
    calls.shutdown();
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
