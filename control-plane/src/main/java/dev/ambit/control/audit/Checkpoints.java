package dev.ambit.control.audit;

import com.google.protobuf.ByteString;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CheckpointTable;
import dev.ambit.envelope.receipt.Checkpoint;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signs where the audit chains stand, every minute: what was in a checkpoint cannot be rewritten
/// unnoticed by whoever owns the database.
public final class Checkpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final String FIRST = "0".repeat(64);

  private final CheckpointTable table;
  private final Signer signer;
  private final InstantSource clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("checkpoints").factory());

  public Checkpoints(CheckpointTable table, Signer signer, InstantSource clock) {
    this.table = table;
    this.signer = signer;
    this.clock = clock;
  }

  /// Starts writing one checkpoint every `period`.
  public void start(Duration period) {
    var millis = period.toMillis();
    var _ = timer.scheduleAtFixedRate(this::tick, millis, millis, TimeUnit.MILLISECONDS);
  }

  /// Writes one checkpoint if any chain moved since the last; true when it did.
  public synchronized boolean write() {
    var moved = table.moved(Checkpoint.HEADS_MAX);
    if (moved.isEmpty()) {
      return false;
    }
    var newest = table.newest();
    var at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    var checkpoint =
        new Checkpoint(
            newest.map(CheckpointTable.Row::n).orElse(0L) + 1,
            at,
            newest.map(CheckpointTable.Row::digest).orElse(FIRST),
            moved.stream().map(Checkpoints::head).toList());
    var payload = checkpoint.toJson();
    var signed = ByteString.copyFrom(signer.sign(Checkpoint.PAYLOAD_TYPE, payload).toJson());
    table.keep(new CheckpointTable.Row(checkpoint.n(), at, sha256(payload), signed), moved);
    return true;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /// On a thread of its own: what it dies of is logged and does not end the timer.
  private void tick() {
    Thread.ofVirtual()
        .name("checkpoint")
        .uncaughtExceptionHandler((_, failure) -> LOG.error("checkpoint not written", failure))
        .start(this::write);
  }

  private static Checkpoint.Head head(AuditTable.Head head) {
    var hash = HexFormat.of().formatHex(head.hash().toByteArray());
    return new Checkpoint.Head(head.workload(), head.boot(), head.seq(), hash);
  }

  static String sha256(byte[] payload) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(payload);
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("digest: SHA-256 is missing from this JDK", e);
    }
  }
}
