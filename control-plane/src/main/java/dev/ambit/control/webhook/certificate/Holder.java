package dev.ambit.control.webhook.certificate;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// Whether this replica holds the Lease: one does at a time, and when it stops another one follows.
/// Thread-safe.
final class Holder implements AutoCloseable {
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final String namespace;
  private final String lease;
  private final String replica;
  private volatile boolean holds;
  private boolean closed;
  private CompletableFuture<?> running = CompletableFuture.completedFuture(null);

  Holder(KubernetesClient client, String namespace, String lease, String replica) {
    this.client = client;
    this.namespace = namespace;
    this.lease = lease;
    this.replica = replica;
    run();
  }

  boolean holds() {
    return holds;
  }

  /// Gives it back, so that nobody has to wait for its end.
  @Override
  public void close() {
    CompletableFuture<?> last;
    synchronized (this) {
      closed = true;
      last = running;
    }
    var _ = last.cancel(true);
  }

  /// An election ends when the Lease is lost; then the next one begins.
  private synchronized void run() {
    if (closed) {
      return;
    }
    var config =
        new LeaderElectionConfigBuilder()
            .withName(lease)
            .withLock(new LeaseLock(namespace, lease, replica))
            .withLeaseDuration(LEASE)
            .withRenewDeadline(DEADLINE)
            .withRetryPeriod(RETRY)
            .withReleaseOnCancel(true)
            .withLeaderCallbacks(
                new LeaderCallbacks(() -> holds = true, () -> holds = false, _ -> {}))
            .build();
    running = client.leaderElector().withConfig(config).build().start();
    var _ = running.whenCompleteAsync((_, _) -> run());
  }
}
