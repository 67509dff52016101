package dev.ambit.proxy.control;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.Counters;
import dev.ambit.proto.v1.Detach;
import dev.ambit.proto.v1.Heartbeat;
import dev.ambit.proto.v1.Hello;
import dev.ambit.proto.v1.ProxyServiceGrpc.ProxyServiceStub;
import dev.ambit.proto.v1.Resume;
import dev.ambit.proto.v1.SessionActivity;
import dev.ambit.proxy.audit.Reach;
import dev.ambit.proxy.model.Activity;
import dev.ambit.proxy.model.Enforcer;
import dev.ambit.proxy.model.Lease;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Timer;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the control plane on one stream: puts what it says in force, asks for the lease, and
/// comes back when the stream breaks; image and lease live on meanwhile. Confined to the loop but
/// for [#image] and [#lease].
public final class ControlLink implements Activity {
  private static final Duration HEARTBEAT_FIRST = Duration.ofSeconds(5);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(15);
  private static final Duration WATCH_MAX = Duration.ofSeconds(1);
  private static final Duration SPREAD_MAX = Duration.ofSeconds(10);

  /// A heartbeat that waits for longer means that nobody is there to be asked anything. Long enough
  /// for a collection of garbage on the other side, and a busy machine.
  static final Duration ANSWER_MAX = Duration.ofSeconds(2);

  private static final int ACTIVITY_MAX = 1_024;
  private static final Logger LOG = LoggerFactory.getLogger(ControlLink.class);

  private final ProxyServiceStub stub;
  private final Runnable dialAnew;
  private final ProxyIdentity identity;
  private final Supplier<Counters> counters;
  private final Timer timer;
  private final LongSupplier nanoTime;
  private final ImageReader reader;
  private final LeaseClock lease;
  private final Backoff backoff;
  private final Map<SessionId, Long> activity = new HashMap<>();
  private List<Enforcer> enforcers = List.of();
  private Function<SessionImage, CompletionStage<Reach>> recording = _ -> new CompletableFuture<>();
  private Runnable onAttached = () -> {};
  private Runnable onSilent = () -> {};
  private volatile SessionImage image = SessionImage.EMPTY;
  private SessionImage enforced = SessionImage.EMPTY;
  private @Nullable Attached stream;
  private boolean resume;
  private boolean closed;
  private long imageNanos;
  private long refusals;
  private long breaks;
  private Runnable watch = () -> {};

  /// @param dialAnew called before each attempt: the channel dials now, whatever pause of its own
  ///   it is in (which grows to minutes, while attempts are at most some seconds apart)
  public ControlLink(
      ProxyServiceStub stub,
      Runnable dialAnew,
      ProxyIdentity identity,
      Function<Envelope, Optional<String>> objection,
      Supplier<Counters> counters,
      Timer timer,
      InstantSource clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.stub = stub;
    this.dialAnew = dialAnew;
    this.identity = identity;
    this.counters = counters;
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.reader = new ImageReader(identity.workload(), objection, nanoTime);
    this.lease = new LeaseClock(identity.ends(), clock, nanoTime);
    this.backoff = new Backoff(random);
  }

  /// Begins. Enforcers are called in this order for every image, before it is acknowledged.
  ///
  /// @param records asked after each acknowledgement: completes on the loop when everything that
  ///   came before the image is recorded
  /// @param attached called whenever a stream has got its first lease
  /// @param silent called when the control plane lets a heartbeat wait: who waits for another
  ///   answer of it need wait no longer
  public void start(
      List<Enforcer> inOrder,
      Function<SessionImage, CompletionStage<Reach>> records,
      Runnable attached,
      Runnable silent) {
    enforcers = List.copyOf(inOrder);
    recording = records;
    onAttached = attached;
    onSilent = silent;
    connect();
    watch();
  }

  /// Lets go of everything for good, and says so once what was decided is written. Completes on the
  /// loop when the control plane has noted it, or the stream is gone; whoever asks bounds the wait.
  public CompletionStage<Void> detach() {
    var last = image;
    stop();
    return stream != null && stream.saysRecorded ? stream.detach(last) : completedStage(null);
  }

  /// Ends the stream for good; nothing is in force afterwards.
  public void close() {
    stop();
    var last = stream;
    stream = null;
    if (last != null) {
      last.end("the proxy stops");
    }
  }

  private void stop() {
    closed = true;
    watch.run();
    image = SessionImage.EMPTY;
    enforce(SessionImage.EMPTY);
  }

  /// What is in force; any thread. Sessions of it may have expired, which whoever uses it asks.
  public SessionImage image() {
    return image;
  }

  public Lease lease() {
    return lease;
  }

  public Duration leaseLeft() {
    return lease.left();
  }

  /// What is missing of a snapshot, a lease and clocks that agree; empty when nothing is.
  public Optional<String> missing() {
    if (image.epoch() == 0) {
      return Optional.of("waiting for the control plane");
    }
    if (!lease.held()) {
      return Optional.of("no lease from the control plane");
    }
    return lease.skewed()
        ? Optional.of("the clock differs from the control plane's, or has jumped")
        : Optional.empty();
  }

  /// Whether the control plane can be asked: it has answered on the present stream, and lets no
  /// heartbeat wait.
  public boolean attached() {
    return connected() && lease.silence().compareTo(ANSWER_MAX) < 0;
  }

  /// Whether there is a stream on which the control plane has answered.
  public boolean connected() {
    return stream != null && stream.answered;
  }

  /// Somebody is about to wait for an answer: asks, with a heartbeat, whether anybody is there.
  public void doubt() {
    if (stream != null && stream.answered && lease.silence().isZero()) {
      stream.beat();
    }
  }

  /// Time since the control plane last said what is in force, or answered that it still is.
  public Duration imageAge() {
    return image.epoch() == 0 ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - imageNanos);
  }

  /// Sessions that were refused.
  public long refusals() {
    return refusals;
  }

  /// Streams that were ended because of what was said on them.
  public long breaks() {
    return breaks;
  }

  @Override
  public void touch(SessionId session) {
    if (activity.size() < ACTIVITY_MAX || activity.containsKey(session)) {
      activity.put(session, nanoTime.getAsLong());
    }
  }

  private void connect() {
    if (closed) {
      return;
    }
    var next = new Attached();
    stream = next;
    lease.restart();
    dialAnew.run();
    var _ = stub.attach(next);
    next.hello();
  }

  private void reconnect(String why, boolean mayResume) {
    stream = null;
    resume = mayResume;
    if (!closed) {
      var wait = backoff.next();
      LOG.atInfo()
          .addArgument(why)
          .addArgument(wait.toMillis())
          .log("control plane: {}; next attempt in {} ms");
      var _ = timer.after(wait, this::connect);
    }
  }

  /// Puts an image in force: first for new calls, then for everything that holds on to authority.
  private void take(SessionImage next, List<String> alarms) {
    for (var alarm : alarms) {
      refusals++;
      LOG.atError().addArgument(alarm).log("session refused: {}");
    }
    image = next;
    imageNanos = nanoTime.getAsLong();
    enforce(effective());
    watch();
  }

  private SessionImage effective() {
    return lease.held() ? image.at(nanoTime.getAsLong()) : SessionImage.EMPTY;
  }

  private void enforce(SessionImage now) {
    enforced = now;
    enforcers.forEach(enforcer -> enforcer.enforce(now));
  }

  /// Looks whether the lease was lost or has come back, or a session has expired; runs at the next
  /// instant at which that can be, and every second for the sake of the wall clock.
  private void watch() {
    watch.run();
    if (closed) {
      return;
    }
    if (lease.jumped()) {
      askAnew();
    }
    var now = effective();
    if (!now.sessions().equals(enforced.sessions())) {
      LOG.atInfo()
          .addArgument(lease.held() ? "held" : "lost")
          .addArgument(now.sessions().size())
          .log("lease {}; sessions in force: {}");
      enforce(now);
    }
    if (stream != null && stream.answered) {
      stream.notice(!attached());
    }
    var wait = WATCH_MAX;
    var left = lease.left();
    if (!left.isZero() && left.compareTo(wait) < 0) {
      wait = left;
    }
    for (var session : now.sessions().values()) {
      var rest = Duration.ofNanos(session.deadlineNanos() - nanoTime.getAsLong());
      wait = rest.compareTo(wait) < 0 ? rest : wait;
    }
    watch = timer.after(wait.isNegative() ? Duration.ZERO : wait, this::watch);
  }

  /// The machine was suspended, or its clock was set: how long sessions have left must be told
  /// anew.
  private void askAnew() {
    LOG.atWarn().log("the wall clock ran ahead of the monotonic one: lease dropped, asking anew");
    var last = stream;
    if (last != null) {
      last.end("clocks");
      reconnect("asked anew", false);
    }
  }

  /// One stream. What comes on it after it was replaced is not heard.
  private final class Attached implements ClientResponseObserver<AttachRequest, AttachResponse> {
    private @Nullable ClientCallStreamObserver<AttachRequest> out;
    private boolean answered;
    private boolean opened;
    private boolean silent;
    private boolean saysRecorded;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long beats;
    private Duration every = HEARTBEAT_FIRST;
    private Runnable next = () -> {};

    @Override
    public void beforeStart(ClientCallStreamObserver<AttachRequest> requests) {
      out = requests;
    }

    void hello() {
      var hello =
          Hello.newBuilder()
              .setProxyVersion(identity.version())
              .setProxyId(identity.proxyId())
              .setBootId(identity.bootId())
              .setSaysRecorded(true)
              .setSpreadsAttempts(true);
      identity.pod().ifPresent(hello::setPod);
      if (resume && image.epoch() > 0) {
        hello.setResume(Resume.newBuilder().setEpoch(image.epoch()).setVersion(image.version()));
      }
      send(AttachRequest.newBuilder().setHello(hello).build());
      beat();
    }

    private void beat() {
      next.run();
      if (stream != this) {
        return;
      }
      if (lease.silence().compareTo(SILENCE_MAX) > 0) {
        end("silent");
        reconnect("no answer to heartbeats", true);
        return;
      }
      beats++;
      var heartbeat = Heartbeat.newBuilder().setN(beats).setCounters(counters.get());
      var now = nanoTime.getAsLong();
      activity.forEach((session, at) ->
          heartbeat.addActivity(
              SessionActivity.newBuilder()
                  .setSessionId(session.value())
                  .setAge(Messages.age(Math.max(0, now - at)))));
      activity.clear();
      lease.asked(beats);
      send(AttachRequest.newBuilder().setHeartbeat(heartbeat).build());
      next = timer.after(every, this::beat);
    }

    void notice(boolean now) {
      if (now && !silent) {
        LOG.atWarn().log("control plane: lets a heartbeat wait; asked nothing until it answers");
        onSilent.run();
      }
      silent = now;
    }

    @Override
    public void onNext(AttachResponse response) {
      // Nothing is put in force after leave was taken.
      if (stream != this || closed) {
        return;
      }
      switch (response.getMessageCase()) {
        case SNAPSHOT -> {
          saysRecorded = response.getSnapshot().getTakesRecorded();
          read(reader.snapshot(image, response.getSnapshot()));
        }
        case DELTA ->
            read(
                opened || resume
                    ? reader.delta(image, response.getDelta())
                    : new Reading.Broken("delta: before the snapshot"));
        case LEASE -> lease(response.getLease());
        case MESSAGE_NOT_SET -> broken("message: of a kind this proxy does not know");
      }
    }

    private void read(Reading reading) {
      switch (reading) {
        case Reading.Next(var next, var alarms) -> {
          opened = true;
          take(next, alarms);
          send(AttachRequest.newBuilder().setAck(Messages.ack(next)).build());
          settle(next);
        }
        case Reading.Broken(String why) -> broken(why);
      }
    }

    /// Enforcing waits for no disk, so it was acknowledged before.
    private void settle(SessionImage acknowledged) {
      if (saysRecorded) {
        var _ = recording.apply(acknowledged).thenAccept(reach -> recorded(acknowledged, reach));
      }
    }

    private void recorded(SessionImage acknowledged, Reach reach) {
      if (stream == this) {
        send(
            AttachRequest.newBuilder().setRecorded(Messages.recorded(acknowledged, reach)).build());
      }
    }

    CompletionStage<Void> detach(SessionImage acknowledged) {
      next.run();
      var _ =
          recording
              .apply(SessionImage.EMPTY)
              .thenAccept(reach -> {
                if (stream == this) {
                  send(
                      AttachRequest.newBuilder()
                          .setDetach(
                              Detach.newBuilder()
                                  .setRecorded(Messages.recorded(acknowledged, reach)))
                          .build());
                }
              });
      return ended;
    }

    private void broken(String why) {
      breaks++;
      LOG.atError().addArgument(why).log("control plane contradicts itself, stream ended: {}");
      end("contradiction");
      reconnect(why, false);
    }

    private void lease(dev.ambit.proto.v1.Lease said) {
      var lasts = Messages.duration(said.getDuration());
      var spread = Messages.duration(said.getComeBackWithin());
      if (ImageReader.foreign(said)
          || spread.isNegative()
          || spread.compareTo(SPREAD_MAX) > 0
          || !lease.granted(said.getN(), lasts, Messages.instant(said.getWallClock()))) {
        LOG.atWarn().addArgument(said.getN()).log("lease not understood: answer to heartbeat {}");
        return;
      }
      imageNanos = nanoTime.getAsLong();
      every = lasts.dividedBy(3);
      backoff.reset();
      backoff.spread(spread);
      if (!answered) {
        answered = true;
        LOG.atInfo().addArgument(lasts.toSeconds()).log("attached; lease {} s");
        // The first period was a guess.
        next.run();
        next = timer.after(every, this::beat);
        onAttached.run();
      }
      watch();
    }

    private void send(AttachRequest request) {
      if (out != null) {
        out.onNext(request);
      }
    }

    void end(String why) {
      if (out != null) {
        out.cancel(why, null);
      }
    }

    @Override
    public void onError(Throwable failed) {
      gone(Status.fromThrowable(failed).toString());
    }

    @Override
    public void onCompleted() {
      gone("stream ended");
    }

    private void gone(String why) {
      if (stream == this) {
        reconnect(why, true);
      }
      ended.complete(null);
    }
  }
}
