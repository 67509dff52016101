package dev.ambit.proxy.audit;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Authority;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.RecordRequest;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Intent;
import dev.ambit.proxy.model.Intents;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Timer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes the record of every call: the intent, durable before its answer; a denial, without
/// waiting; and one completion for each intent, for which room is kept from the start. Says when
/// everything that was decided is written. Confined to the loop but for [#close].
public final class Journal implements Intents, CallLog, Outbox, AutoCloseable {
  /// Room kept for the completion of an open call, more than the longest one takes.
  static final int COMPLETION_ROOM = 1_024;

  /// Calls that wait for the disk or are open at most.
  static final int OPEN_MAX = 8_192;

  private static final Duration FOLD_EVERY = Duration.ofSeconds(1);

  private final SpoolWriter writer;
  private final Records records;
  private final Supplier<SessionImage> image;
  private final Timer timer;
  private final LongSupplier nanoTime;
  private final long bytesMax;
  private final Map<CallId, Judged> judged = new HashMap<>();
  private final DenialFold fold = new DenialFold();
  private final Settling settling = new Settling();
  private final Losses losses;
  private Runnable listener = () -> {};
  private Runnable urgent = () -> {};
  private boolean folding;
  private long waitingBytes;
  private long waitingRecords;
  private int open;
  private long dropped;
  private long droppedBefore;
  private volatile boolean whole;

  private Journal(
      SpoolWriter writer,
      Losses losses,
      Records records,
      Supplier<SessionImage> image,
      Timer timer,
      LongSupplier nanoTime,
      long bytesMax) {
    this.writer = writer;
    this.losses = losses;
    this.records = records;
    this.image = image;
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.bytesMax = bytesMax;
  }

  /// Opens the spool in `dir` and starts its thread.
  ///
  /// @param bytesMax bound of the spool; a call whose records may not fit is denied
  public static Journal open(
      Path dir,
      String proxyId,
      String bootId,
      long bytesMax,
      Supplier<SessionImage> image,
      Executor loop,
      Timer timer,
      InstantSource clock,
      LongSupplier nanoTime)
      throws IOException {
    return open(
        dir, proxyId, bootId, bytesMax, image, loop, timer, clock, nanoTime, Spool.Opener.NEW_FILE);
  }

  static Journal open(
      Path dir,
      String proxyId,
      String bootId,
      long bytesMax,
      Supplier<SessionImage> image,
      Executor loop,
      Timer timer,
      InstantSource clock,
      LongSupplier nanoTime,
      Spool.Opener opener)
      throws IOException {
    var records = new Records(clock);
    var spool = Spool.open(dir, proxyId, bootId, bytesMax / 16, opener, records);
    var writer = new SpoolWriter(spool, loop);
    writer.start();
    var losses = new Losses(!spool.whole());
    return new Journal(writer, losses, records, image, timer, nanoTime, bytesMax);
  }

  @Override
  public CompletionStage<Boolean> write(Intent intent) {
    var id = intent.arrival().id();
    var entry = Spool.Entry.opening(id.value(), records.intent(intent));
    var size = size(entry);
    // Behind records that a failing disk does not take, an intent would only wait.
    var stuck = writer.failing() && waitingRecords > 0;
    if (stuck || open >= OPEN_MAX || !room(size + COMPLETION_ROOM)) {
      return completedStage(false);
    }
    var call =
        judged.computeIfAbsent(
            id, _ -> new Judged(intent.session(), intent.target(), intent.grant()));
    call.image = intent.image();
    call.decidedNanos = nanoTime.getAsLong();
    call.open = true;
    open++;
    waits(size);
    return writer
        .write(entry)
        .thenApply(durable -> {
          waited(size);
          if (durable) {
            call.recorded = true;
            listener.run();
            decided(id);
          } else {
            call.open = false;
            open--;
          }
          return durable;
        });
  }

  @Override
  public void permitted(Arrival arrival, Session session, String target, String grant) {
    judged.put(arrival.id(), new Judged(session, target, grant));
  }

  @Override
  public void ended(Arrival arrival, CallEnd end) {
    record(arrival, end);
    decided(arrival.id());
  }

  private void record(Arrival arrival, CallEnd end) {
    var call = judged.remove(arrival.id());
    if (call != null && call.open) {
      open--;
      complete(arrival, end, call);
      return;
    }
    switch (end) {
      case CallEnd.Denied(var denial, _) -> denied(records.denial(arrival, denial, image.get()));
      case CallEnd.Broken _ ->
          denied(records.broken(arrival, call == null ? null : call.session, image.get()));
      case CallEnd.Failed _, CallEnd.Completed _, CallEnd.Closed _ -> {
        if (call == null) {
          denied(records.broken(arrival, null, image.get()));
        } else if (room(2L * COMPLETION_ROOM + Segment.FRAME_BYTES)) {
          call.decidedNanos = arrival.startedNanos();
          keep(
              writer::keep,
              Spool.Entry.opening(
                  arrival.id().value(),
                  records.permit(
                      arrival, call.session, call.image(image), call.target, call.grant)));
          complete(arrival, end, call);
        } else {
          dropped++;
          noteLosses();
        }
      }
    }
  }

  private void complete(Arrival arrival, CallEnd end, Judged call) {
    var millis = (nanoTime.getAsLong() - call.decidedNanos) / 1_000_000;
    keep(
        writer::keepSoon,
        Spool.Entry.closing(
            arrival.id().value(),
            records.completion(
                arrival, call.session, call.image(image), end, Math.max(0, millis))));
  }

  @Override
  public void refused(
      CallId id, Optional<Authority> authority, String method, Denial denial, int status) {
    var where = authority.map(Authority::toString).orElse("");
    denied(records.refusal(id.value(), method, where, denial, image.get()));
  }

  private void denied(AuditRecord denial) {
    whole = false;
    if (fold.single(denial, nanoTime.getAsLong())) {
      writeDenial(denial);
    }
    noteLosses();
    if (!folding) {
      folding = true;
      var _ = timer.after(FOLD_EVERY, this::unfold);
    }
  }

  /// A denial waits for nobody; where there is no room for it now it is counted with its like.
  private void writeDenial(AuditRecord denial) {
    var entry = Spool.Entry.closing(denial.getCallId(), denial);
    if (room(size(entry))) {
      keep(writer::keep, entry);
    } else {
      fold.fold(denial);
    }
  }

  private void writeFolded() {
    fold.drain(nanoTime.getAsLong()).forEach(this::writeDenial);
    noteLosses();
  }

  private void noteLosses() {
    if (dropped() > droppedBefore) {
      droppedBefore = dropped();
      whole = false;
      losses.happened(image.get());
    }
  }

  private void unfold() {
    folding = false;
    writeFolded();
    release();
    if (!fold.empty()) {
      folding = true;
      var _ = timer.after(FOLD_EVERY, this::unfold);
    }
  }

  /// Completes once every decision made so far on a call of a session that is not `inForce` is
  /// durable, with how far the chains reach then.
  public CompletionStage<Reach> settle(SessionImage inForce) {
    losses.seen(inForce);
    var undecided =
        judged.entrySet().stream()
            .filter(entry -> !entry.getValue().recorded)
            .filter(entry -> !inForce.sessions().containsKey(entry.getValue().session.id()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toUnmodifiableSet());
    var settled = settling.on(undecided);
    release();
    return settled;
  }

  private void decided(CallId call) {
    settling.decided(call);
    release();
  }

  /// Nobody waits out the second of the fold; what finds no room is tried again at the end of it.
  private void release() {
    if (settling.ready()) {
      writeFolded();
      if (!fold.holds()) {
        settling.release(this::reach);
      }
    }
  }

  private CompletionStage<Reach> reach() {
    return writer
        .reach(losses.until())
        .thenApply(reach -> {
          urgent.run();
          return reach;
        });
  }

  private void keep(Function<Spool.Entry, CompletionStage<Boolean>> way, Spool.Entry entry) {
    var size = size(entry);
    waits(size);
    var _ =
        way.apply(entry)
            .thenAccept(_ -> {
              waited(size);
              listener.run();
            });
  }

  private boolean room(long size) {
    return writer.bytes() + waitingBytes + (long) open * COMPLETION_ROOM + size <= bytesMax;
  }

  private static int size(Spool.Entry entry) {
    return Segment.FRAME_BYTES + entry.bytes().size();
  }

  private void waits(int size) {
    waitingBytes += size;
    waitingRecords++;
  }

  private void waited(int size) {
    waitingBytes -= size;
    waitingRecords--;
  }

  @Override
  public CompletionStage<Optional<RecordRequest>> next() {
    return writer.next();
  }

  @Override
  public void rewind() {
    writer.rewind();
  }

  @Override
  public void acknowledged(String bootId, long seq) {
    writer.acknowledged(bootId, seq);
  }

  @Override
  public void onMore(Runnable more, Runnable now) {
    listener = more;
    urgent = now;
  }

  /// Records written to the spool since the boot.
  public long recorded() {
    return writer.count();
  }

  /// Records that wait for the disk.
  public long waiting() {
    return waitingRecords;
  }

  /// Denials that could not be recorded, because the spool was full of others.
  public long dropped() {
    return dropped + fold.dropped();
  }

  /// Bytes on disk.
  public long bytes() {
    return writer.bytes();
  }

  /// Whether the last write failed.
  public boolean failing() {
    return writer.failing();
  }

  /// Nothing is judged any more: writes what is folded. Only after this, and if no decision is
  /// missing, [#close] leaves word for the next process that the record is whole.
  public void stop() {
    writeFolded();
    whole =
        !losses.any() && !fold.holds() && judged.values().stream().allMatch(call -> call.recorded);
  }

  /// Writes what waits and stops the thread. Not on the loop.
  @Override
  public void close() {
    writer.close(() -> whole);
  }

  /// What was decided on a call, until it ends.
  private static final class Judged {
    private final Session session;
    private final String target;
    private final String grant;
    private @Nullable SessionImage image;
    private long decidedNanos;
    private boolean open;

    /// Whether the decision is durable.
    private boolean recorded;

    Judged(Session session, String target, String grant) {
      this.session = session;
      this.target = target;
      this.grant = grant;
    }

    SessionImage image(Supplier<SessionImage> current) {
      return image == null ? current.get() : image;
    }
  }
}
