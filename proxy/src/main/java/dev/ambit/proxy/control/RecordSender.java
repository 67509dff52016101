package dev.ambit.proxy.control;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.proto.v1.ProxyServiceGrpc.ProxyServiceStub;
import dev.ambit.proto.v1.RecordRequest;
import dev.ambit.proto.v1.RecordResponse;
import dev.ambit.proxy.audit.Outbox;
import dev.ambit.proxy.model.Timer;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends the spool's records in order on a stream of its own, and starts again with the oldest
/// unacknowledged one when that breaks. Confined to the loop.
public final class RecordSender {
  /// Messages that may wait for their acknowledgement.
  static final int UNACKNOWLEDGED_MAX = 8;

  /// How long a record waits for others before it is sent: one message costs both sides more than
  /// the records in it.
  static final Duration COMPANY = Duration.ofMillis(50);

  private static final Logger LOG = LoggerFactory.getLogger(RecordSender.class);

  private final ProxyServiceStub stub;
  private final Outbox outbox;
  private final BooleanSupplier connected;
  private final Timer timer;
  private final Backoff backoff;
  private @Nullable Sending stream;
  private CompletableFuture<Void> delivered = new CompletableFuture<>();
  private boolean gathering;
  private boolean waiting;
  private boolean closed;

  /// @param connected whether the control plane can be reached; when it cannot, nobody dials it for
  ///   the sake of records
  public RecordSender(
      ProxyServiceStub stub,
      Outbox outbox,
      BooleanSupplier connected,
      Timer timer,
      RandomGenerator random) {
    this.stub = stub;
    this.connected = connected;
    this.outbox = outbox;
    this.timer = timer;
    this.backoff = new Backoff(random);
    outbox.onMore(this::more, this::gathered);
  }

  /// The control plane can be reached: opens the stream, if there is none.
  public void attached() {
    if (stream == null && !waiting && !closed) {
      open();
    }
  }

  /// Completes when everything that was written so far has arrived, or there is no stream to send
  /// it on; whoever asks bounds the wait.
  public CompletionStage<Void> delivered() {
    if (stream == null) {
      return completedStage(null);
    }
    stream.pump();
    return delivered;
  }

  public void close() {
    closed = true;
    var last = stream;
    stream = null;
    if (last != null && last.out != null) {
      last.out.cancel("the proxy stops", null);
    }
  }

  private void open() {
    waiting = false;
    // The next attachment opens it.
    if (closed || !connected.getAsBoolean()) {
      return;
    }
    outbox.rewind();
    var next = new Sending();
    stream = next;
    var _ = stub.record(next);
  }

  private void more() {
    if (!gathering) {
      gathering = true;
      var _ = timer.after(COMPANY, this::gathered);
    }
  }

  private void gathered() {
    gathering = false;
    if (stream != null) {
      stream.pump();
    }
  }

  private void again(String why) {
    stream = null;
    if (!closed) {
      LOG.atDebug().addArgument(why).log("record stream ended: {}");
      waiting = true;
      var _ = timer.after(backoff.next(), this::open);
    }
  }

  /// One stream.
  private final class Sending implements ClientResponseObserver<RecordRequest, RecordResponse> {
    private @Nullable ClientCallStreamObserver<RecordRequest> out;
    private boolean reading;
    private boolean missed;
    private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<RecordRequest> requests) {
      out = requests;
      requests.setOnReadyHandler(this::pump);
    }

    private void pump() {
      if (reading) {
        missed = true;
        return;
      }
      if (stream != this
          || out == null
          || !out.isReady()
          || unacknowledged.size() >= UNACKNOWLEDGED_MAX) {
        return;
      }
      reading = true;
      missed = false;
      var _ = outbox.next().thenAccept(this::send);
    }

    private void send(Optional<RecordRequest> next) {
      reading = false;
      if (stream != this || out == null) {
        return;
      }
      if (next.isPresent()) {
        unacknowledged.add(Sent.of(next.get()));
        out.onNext(next.get());
        pump();
      } else if (missed) {
        pump();
      } else if (unacknowledged.isEmpty()) {
        delivered.complete(null);
        delivered = new CompletableFuture<>();
      }
    }

    @Override
    public void onNext(RecordResponse response) {
      if (stream == this) {
        backoff.reset();
        var oldest = unacknowledged.peek();
        while (oldest != null && oldest.coveredBy(response)) {
          var _ = unacknowledged.remove();
          oldest = unacknowledged.peek();
        }
        outbox.acknowledged(response.getBootId(), response.getSeq());
        pump();
      }
    }

    @Override
    public void onError(Throwable failed) {
      gone(Status.fromThrowable(failed).toString());
    }

    @Override
    public void onCompleted() {
      gone("ended by the control plane");
    }

    private void gone(String why) {
      if (stream == this) {
        again(why);
      }
    }
  }

  /// A message on its way: the chain, and the last of it in the message.
  private record Sent(String bootId, long last) {
    static Sent of(RecordRequest message) {
      return new Sent(
          message.getBootId(), message.getRecords(message.getRecordsCount() - 1).getSeq());
    }

    boolean coveredBy(RecordResponse response) {
      return bootId.equals(response.getBootId()) && last <= response.getSeq();
    }
  }
}
