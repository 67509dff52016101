package dev.ambit.cli.connect;

import dev.ambit.proto.v1.AuditServiceGrpc;
import dev.ambit.proto.v1.ReceiptServiceGrpc;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.StatusServiceGrpc;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/// An open connection to the control plane. Thread-safe.
public final class ControlPlane implements AutoCloseable {
  private static final int ANSWER_SECONDS = 20;

  /// A close or suspension returns when every proxy has acknowledged, or when a lease has ended: 60
  /// s at the most.
  private static final int CLOSE_SECONDS = 120;

  private final ManagedChannel channel;

  private final Runnable way;

  public ControlPlane(ManagedChannel channel) {
    this(channel, () -> {});
  }

  /// @param way closes what leads there
  public ControlPlane(ManagedChannel channel, Runnable way) {
    this.channel = channel;
    this.way = way;
  }

  public SessionServiceGrpc.SessionServiceBlockingStub sessions() {
    return SessionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  /// For the call that ends a session; its command tells the progress.
  public SessionServiceGrpc.SessionServiceBlockingStub closing() {
    return SessionServiceGrpc.newBlockingStub(channel)
        .withOption(Waiting.TOLD, true)
        .withDeadlineAfter(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /// For calls that return when every proxy has put something in force.
  public SessionServiceGrpc.SessionServiceBlockingStub untilCut() {
    return SessionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /// For the call that follows a session for as long as it lives.
  public SessionServiceGrpc.SessionServiceBlockingStub watching() {
    return SessionServiceGrpc.newBlockingStub(channel);
  }

  public ReceiptServiceGrpc.ReceiptServiceBlockingStub receipts() {
    return ReceiptServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  public AuditServiceGrpc.AuditServiceBlockingStub audit() {
    return AuditServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  /// For the call that reads the whole decision trail; its command tells the progress.
  public AuditServiceGrpc.AuditServiceBlockingStub checking() {
    return AuditServiceGrpc.newBlockingStub(channel)
        .withOption(Waiting.TOLD, true)
        .withDeadlineAfter(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  public StatusServiceGrpc.StatusServiceBlockingStub status() {
    return StatusServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    try {
      var _ = channel.shutdownNow();
    } finally {
      way.run();
    }
  }
}
