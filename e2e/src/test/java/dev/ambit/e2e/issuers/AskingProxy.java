package dev.ambit.e2e.issuers;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.Ack;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.Heartbeat;
import dev.ambit.proto.v1.Hello;
import dev.ambit.proto.v1.IssueRequest;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.spiffe.x509.Pem;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A proxy that calls nobody: it attaches with an SVID in files, puts in force what it is told, and
/// asks for credentials, so that the test holds what no agent ever sees.
final class AskingProxy implements Closeable {
  private final ManagedChannel channel;
  private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong beat = new AtomicLong();
  private final String id;

  private AskingProxy(ManagedChannel channel, Ids ids) {
    this.channel = channel;
    this.id = ids.next();
    var stream = new Stream();
    var says = ProxyServiceGrpc.newStub(channel).attach(stream);
    stream.says(says);
    stream.send(
        AttachRequest.newBuilder()
            .setHello(Hello.newBuilder().setProxyId(id).setBootId(ids.next()).setProxyVersion("t"))
            .build());
    var _ =
        beats.scheduleAtFixedRate(
            () ->
                stream.send(
                    AttachRequest.newBuilder()
                        .setHeartbeat(Heartbeat.newBuilder().setN(beat.incrementAndGet()))
                        .build()),
            0,
            1,
            TimeUnit.SECONDS);
  }

  /// @param svid folder with what `spire-agent api fetch x509 -write` leaves
  static AskingProxy attach(int port, Path svid) throws IOException {
    var tls =
        GrpcSslContexts.forClient()
            .keyManager(svid.resolve("svid.0.pem").toFile(), svid.resolve("svid.0.key").toFile())
            .trustManager(trust(svid.resolve("bundle.0.pem")))
            .build();
    var channel = NettyChannelBuilder.forAddress("127.0.0.1", port).sslContext(tls).build();
    return new AskingProxy(channel, new Ids(InstantSource.system(), new SecureRandom()));
  }

  /// Whom the bundle vouches for, by whatever address: the control plane's name is its SPIFFE ID.
  private static AdvancedTlsX509TrustManager trust(Path bundle) throws IOException {
    try {
      var trust =
          AdvancedTlsX509TrustManager.newBuilder()
              .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
              .build();
      trust.updateTrustCredentials(
          Pem.readCertificates(Files.readString(bundle)).toArray(X509Certificate[]::new));
      return trust;
    } catch (GeneralSecurityException unusable) {
      throw new IOException(bundle + ": not usable", unusable);
    }
  }

  /// The token of a grant, as it would stand in a header.
  String token(String session, String grant) {
    var value = ask(session, grant);
    var bearer = ByteString.copyFromUtf8("Bearer ");
    if (!value.startsWith(bearer)) {
      throw new AssertionError("credential: no bearer token");
    }
    return value.substring(bearer.size()).toStringUtf8();
  }

  /// Whether there is one.
  boolean issues(String session, String grant) {
    try {
      return !ask(session, grant).isEmpty();
    } catch (StatusRuntimeException _) {
      return false;
    }
  }

  /// Why there is none.
  String refused(String session, String grant) {
    try {
      ask(session, grant);
    } catch (StatusRuntimeException refused) {
      return String.valueOf(refused.getStatus().getDescription());
    }
    throw new AssertionError("issued (expected: refused)");
  }

  private ByteString ask(String session, String grant) {
    return ProxyServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .issue(
            IssueRequest.newBuilder()
                .setSessionId(session)
                .setGrant(grant)
                .setAuthority(IssuingPlane.API)
                .setProxyId(id)
                .build())
        .getValue();
  }

  @Override
  public void close() {
    beats.shutdownNow();
    channel.shutdownNow();
  }

  /// Says that every version is in force as soon as it comes.
  private static final class Stream implements StreamObserver<AttachResponse> {
    private final CompletableFuture<StreamObserver<AttachRequest>> out = new CompletableFuture<>();

    void says(StreamObserver<AttachRequest> says) {
      out.complete(says);
    }

    void send(AttachRequest message) {
      synchronized (out) {
        out.join().onNext(message);
      }
    }

    @Override
    public void onNext(AttachResponse message) {
      if (message.hasSnapshot()) {
        ack(message.getSnapshot().getEpoch(), message.getSnapshot().getVersion());
      } else if (message.hasDelta()) {
        ack(message.getDelta().getEpoch(), message.getDelta().getVersion());
      }
    }

    private void ack(long epoch, long version) {
      send(
          AttachRequest.newBuilder()
              .setAck(Ack.newBuilder().setEpoch(epoch).setVersion(version))
              .build());
    }

    @Override
    public void onError(Throwable failure) {
      // The test sees it in what it asks for next.
    }

    @Override
    public void onCompleted() {
      // The control plane stops.
    }
  }
}
