package dev.ambit.proxy.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.ChainedRecord;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Delta;
import dev.ambit.proto.v1.Heartbeat;
import dev.ambit.proto.v1.IssueRequest;
import dev.ambit.proto.v1.IssueResponse;
import dev.ambit.proto.v1.Lease;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proto.v1.RecordRequest;
import dev.ambit.proto.v1.RecordResponse;
import dev.ambit.proto.v1.Recorded;
import dev.ambit.proto.v1.ReserveRequest;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proto.v1.Reserved;
import dev.ambit.proto.v1.SessionEnd;
import dev.ambit.proto.v1.SessionImage;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.SettleRequest;
import dev.ambit.proto.v1.SettleResponse;
import dev.ambit.proto.v1.Snapshot;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A small control plane for one proxy: says what a test tells it to, and remembers what it heard.
/// Thread-safe.
public final class FakeControlPlane extends ProxyServiceGrpc.ProxyServiceImplBase
    implements AutoCloseable {
  public final List<AttachRequest> heard = new CopyOnWriteArrayList<>();
  public final List<AuditRecord> records = new CopyOnWriteArrayList<>();
  public final List<SettleRequest> settled = new CopyOnWriteArrayList<>();
  public final AtomicInteger reservations = new AtomicInteger();

  /// Those of them that were granted.
  public final AtomicInteger reserved = new AtomicInteger();

  public final AtomicInteger issues = new AtomicInteger();
  public volatile boolean answersHeartbeats = true;

  /// Whether it asks for what is said after an Ack; a control plane of before does not.
  public volatile boolean takesRecorded = true;

  public volatile java.time.Duration lease = java.time.Duration.ofSeconds(15);

  /// A budget without an end.
  public static final Function<ReserveRequest, ReserveResponse> GRANTS_ALL =
      _ -> ReserveResponse.newBuilder().setReserved(Reserved.getDefaultInstance()).build();

  public volatile Function<ReserveRequest, ReserveResponse> ledger = GRANTS_ALL;
  public volatile Function<IssueRequest, @Nullable IssueResponse> issuer = FakeControlPlane::bearer;

  private final Server server;
  private final List<StreamObserver<AttachResponse>> streams = new ArrayList<>();
  private final Map<String, SessionImage> sessions = new LinkedHashMap<>();
  private long epoch = 1;
  private long version = 1;
  private long asked;
  private boolean answered;

  /// Listens on loopback; without a context in plain text.
  public FakeControlPlane(@Nullable SslContext tls) throws IOException {
    var builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    if (tls != null) {
      builder.sslContext(tls);
    }
    server = builder.addService(this).build().start();
  }

  public int port() {
    return server.getPort();
  }

  /// Opens or changes a session, and tells.
  public synchronized void put(Envelope envelope) {
    put(envelope, java.time.Duration.ofHours(1), new byte[0]);
  }

  public synchronized void put(
      Envelope envelope, java.time.Duration expiresIn, byte[] handleDigest) {
    version++;
    var json = EnvelopeCodec.encode(envelope);
    put(
        SessionImage.newBuilder()
            .setSessionId(envelope.session().value())
            .setVersion(version)
            .setState(SessionState.SESSION_STATE_ACTIVE)
            .setEnvelope(ByteString.copyFrom(json))
            .setEnvelopeDigest(ByteString.copyFrom(EnvelopeCodec.digest(json)))
            .setHandleDigest(ByteString.copyFrom(handleDigest))
            .setExpiresIn(
                Duration.newBuilder()
                    .setSeconds(expiresIn.getSeconds())
                    .setNanos(expiresIn.getNano()))
            .build());
  }

  /// Suspends a session, or resumes it.
  public synchronized void suspend(SessionId session, boolean suspended) {
    version++;
    put(
        Objects.requireNonNull(sessions.get(session.value())).toBuilder()
            .setVersion(version)
            .setState(
                suspended
                    ? SessionState.SESSION_STATE_SUSPENDED
                    : SessionState.SESSION_STATE_ACTIVE)
            .build());
  }

  /// As it stands.
  public synchronized void put(SessionImage session) {
    version = Math.max(version, session.getVersion());
    sessions.put(session.getSessionId(), session);
    tell(Delta.newBuilder().setEpoch(epoch).setVersion(version).addChanged(session).build());
  }

  public synchronized void end(SessionId session, CloseReason reason) {
    version++;
    sessions.remove(session.value());
    tell(
        Delta.newBuilder()
            .setEpoch(epoch)
            .setVersion(version)
            .addEnded(SessionEnd.newBuilder().setSessionId(session.value()).setReason(reason))
            .build());
  }

  /// Ends every session that is open.
  public synchronized void endAll() {
    for (var open : List.copyOf(sessions.keySet())) {
      end(new SessionId(open), CloseReason.CLOSE_REASON_COMPLETED);
    }
  }

  private void tell(Delta delta) {
    say(AttachResponse.newBuilder().setDelta(delta).build());
  }

  /// Says anything.
  public synchronized void say(AttachResponse message) {
    for (var stream : streams) {
      stream.onNext(message);
    }
  }

  /// Says that a session changed, without remembering it: a proxy that attaches anew hears nothing
  /// of it.
  public synchronized void claim(SessionImage session) {
    version++;
    tell(Delta.newBuilder().setEpoch(epoch).setVersion(version).addChanged(session).build());
  }

  /// Says that nothing changed: whoever acknowledges it has heard everything that was said before.
  public synchronized void touch() {
    version++;
    tell(Delta.newBuilder().setEpoch(epoch).setVersion(version).build());
  }

  /// A proxy that attaches anew hears of the same version with so much time left.
  public synchronized void remember(SessionId session, java.time.Duration expiresIn) {
    var _ =
        sessions.computeIfPresent(
            session.value(),
            (_, image) ->
                image.toBuilder()
                    .setExpiresIn(Duration.newBuilder().setSeconds(expiresIn.toSeconds()))
                    .build());
  }

  /// What is said of a session that is open.
  public synchronized SessionImage image(SessionId session) {
    return Objects.requireNonNull(sessions.get(session.value()));
  }

  /// Answers the last heartbeat again with a longer lease, and ends the stream.
  public synchronized void handOver(java.time.Duration lasting) {
    lease = lasting;
    streams.forEach(stream -> stream.onNext(granted(asked)));
    dropStreams();
  }

  /// Whether there is a stream whose last heartbeat was answered.
  public synchronized boolean answered() {
    return answered;
  }

  /// Ends every stream with an error; the proxy may come back.
  public synchronized void dropStreams() {
    for (var stream : streams) {
      stream.onError(Status.UNAVAILABLE.asRuntimeException());
    }
    streams.clear();
    answered = false;
  }

  public synchronized long version() {
    return version;
  }

  /// Hellos so far.
  public long hellos() {
    return heard.stream().filter(AttachRequest::hasHello).count();
  }

  /// The last version that was acknowledged; 0 for none.
  public long acknowledged() {
    return heard.stream()
        .filter(AttachRequest::hasAck)
        .mapToLong(request -> request.getAck().getVersion())
        .max()
        .orElse(0);
  }

  /// What was said last of the records before a version that was acknowledged.
  public Optional<Recorded> recorded() {
    return heard.stream()
        .filter(AttachRequest::hasRecorded)
        .map(AttachRequest::getRecorded)
        .reduce((_, last) -> last);
  }

  /// What was said on taking leave.
  public Optional<Recorded> detached() {
    return heard.stream()
        .filter(AttachRequest::hasDetach)
        .map(request -> request.getDetach().getRecorded())
        .findAny();
  }

  @Override
  public StreamObserver<AttachRequest> attach(StreamObserver<AttachResponse> proxy) {
    return new Peer<>() {
      @Override
      public void onNext(AttachRequest request) {
        heard.add(request);
        synchronized (FakeControlPlane.this) {
          switch (request.getMessageCase()) {
            case HELLO -> {
              streams.add(proxy);
              answered = false;
              proxy.onNext(
                  AttachResponse.newBuilder()
                      .setSnapshot(
                          Snapshot.newBuilder()
                              .setEpoch(epoch)
                              .setVersion(version)
                              .setTakesRecorded(
                                  takesRecorded && request.getHello().getSaysRecorded())
                              .addAllSessions(sessions.values()))
                      .build());
            }
            case HEARTBEAT -> answer(request.getHeartbeat(), proxy);
            case DETACH -> {
              streams.remove(proxy);
              proxy.onCompleted();
            }
            case ACK, RECORDED, MESSAGE_NOT_SET -> {}
          }
        }
      }

      @Override
      public void onError(Throwable gone) {
        synchronized (FakeControlPlane.this) {
          streams.remove(proxy);
          answered &= !streams.isEmpty();
        }
      }
    };
  }

  private void answer(Heartbeat heartbeat, StreamObserver<AttachResponse> proxy) {
    if (streams.contains(proxy)) {
      asked = heartbeat.getN();
      answered = answersHeartbeats;
      if (answered) {
        proxy.onNext(granted(asked));
      }
    }
  }

  private AttachResponse granted(long n) {
    var now = Instant.ofEpochSecond(0).plusMillis(clockMillis());
    return AttachResponse.newBuilder()
        .setLease(
            Lease.newBuilder()
                .setN(n)
                .setDuration(
                    Duration.newBuilder().setSeconds(lease.getSeconds()).setNanos(lease.getNano()))
                .setWallClock(Timestamp.newBuilder().setSeconds(now.getEpochSecond())))
        .build();
  }

  private static long clockMillis() {
    return InstantSource.system().millis();
  }

  @Override
  public void reserve(ReserveRequest request, StreamObserver<ReserveResponse> proxy) {
    reservations.incrementAndGet();
    var response = ledger.apply(request);
    if (response.hasReserved()) {
      reserved.incrementAndGet();
    }
    proxy.onNext(response);
    proxy.onCompleted();
  }

  @Override
  public void settle(SettleRequest request, StreamObserver<SettleResponse> proxy) {
    settled.add(request);
    proxy.onNext(SettleResponse.getDefaultInstance());
    proxy.onCompleted();
  }

  @Override
  public void issue(IssueRequest request, StreamObserver<IssueResponse> proxy) {
    issues.incrementAndGet();
    var response = issuer.apply(request);
    if (response == null) {
      proxy.onError(Status.UNAVAILABLE.asRuntimeException());
    } else {
      proxy.onNext(response);
      proxy.onCompleted();
    }
  }

  /// A bearer token for what was asked, good for ten minutes.
  public static IssueResponse bearer(IssueRequest request) {
    return IssueResponse.newBuilder()
        .setCredentialId("01ARZ3NDEKTSV4RRFFQ69G5FCR")
        .setSessionId(request.getSessionId())
        .setGrant(request.getGrant())
        .setAuthority(request.getAuthority())
        .setHeader("authorization")
        .setValue(ByteString.copyFrom("Bearer canary", StandardCharsets.US_ASCII))
        .setExpiresIn(Duration.newBuilder().setSeconds(600))
        .build();
  }

  @Override
  public StreamObserver<RecordRequest> record(StreamObserver<RecordResponse> proxy) {
    return new Peer<>() {
      @Override
      public void onNext(RecordRequest request) {
        // All at once: a list that is copied for each record keeps a flood waiting for its answer.
        records.addAll(request.getRecordsList().stream().map(FakeControlPlane::parsed).toList());
        proxy.onNext(
            RecordResponse.newBuilder()
                .setBootId(request.getBootId())
                .setSeq(request.getRecords(request.getRecordsCount() - 1).getSeq())
                .build());
      }
    };
  }

  private static AuditRecord parsed(ChainedRecord record) {
    try {
      return AuditRecord.parseFrom(record.getRecord());
    } catch (InvalidProtocolBufferException broken) {
      throw new AssertionError(broken);
    }
  }

  @Override
  public void close() {
    var _ = server.shutdownNow();
  }

  /// What the proxy says on a stream, where only the messages matter.
  private abstract static class Peer<T> implements StreamObserver<T> {
    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {}
  }
}
