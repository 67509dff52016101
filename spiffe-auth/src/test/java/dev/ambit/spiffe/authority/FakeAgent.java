package dev.ambit.spiffe.authority;

import com.google.protobuf.ByteString;
import dev.ambit.spiffe.x509.Issuer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.netty.channel.IoEventLoopGroup;
import io.spiffe.workloadapi.grpc.SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase;
import io.spiffe.workloadapi.grpc.Workload.JWTBundlesRequest;
import io.spiffe.workloadapi.grpc.Workload.JWTBundlesResponse;
import io.spiffe.workloadapi.grpc.Workload.JWTSVID;
import io.spiffe.workloadapi.grpc.Workload.JWTSVIDRequest;
import io.spiffe.workloadapi.grpc.Workload.JWTSVIDResponse;
import io.spiffe.workloadapi.grpc.Workload.X509SVID;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDRequest;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDResponse;
import io.spiffe.workloadapi.internal.UnixSockets;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An agent that says what a test tells it to, in one socket, also what no agent should say. It
/// knows no JWT bundles.
public final class FakeAgent implements AutoCloseable {
  private final IoEventLoopGroup loops = UnixSockets.newLoop();
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final Api api = new Api();
  private final WorkloadSocket<Api> served;
  private final Path socket;

  public FakeAgent(Path socket) {
    this.socket = socket;
    served = new WorkloadSocket<>(socket, api, loops, calls);
  }

  public Path socket() {
    return socket;
  }

  /// Gives the workload an SVID and the bundles of these trust domains, its own among them.
  public FakeAgent give(Issuer.Identity svid, String id, Issuer... trusted) {
    var bundles = new LinkedHashMap<String, ByteArrayOutputStream>();
    for (var issuer : trusted) {
      bundles
          .computeIfAbsent("spiffe://" + issuer.domain(), _ -> new ByteArrayOutputStream())
          .writeBytes(Issuer.encoded(issuer.certificate()));
    }
    var own = id.substring(0, id.indexOf('/', "spiffe://".length()));
    var answer = X509SVIDResponse.newBuilder();
    bundles.forEach((domain, bundle) -> {
      if (!domain.equals(own)) {
        answer.putFederatedBundles(domain, bytes(bundle));
      }
    });
    var first =
        X509SVID
            .newBuilder()
            .setSpiffeId(id)
            .setX509Svid(ByteString.copyFrom(svid.der()))
            .setX509SvidKey(ByteString.copyFrom(svid.key().getEncoded()))
            .setBundle(bytes(bundles.getOrDefault(own, new ByteArrayOutputStream())));
    return say(answer.addSvids(first).build());
  }

  /// Says this, to open streams and to those that come.
  public FakeAgent say(X509SVIDResponse answer) {
    api.refusal = null;
    api.svids.publish(answer);
    return this;
  }

  /// Ends the streams that come with this status.
  public FakeAgent refuse(Status status) {
    api.refusal = status;
    return this;
  }

  /// Answers requests for JWT-SVIDs by this, which may block, or throw a status.
  public FakeAgent sign(Function<JWTSVIDRequest, JWTSVID> signer) {
    api.signer = signer;
    return this;
  }

  @Override
  public void close() {
    served.close();
    calls.shutdownNow();
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static ByteString bytes(ByteArrayOutputStream content) {
    return ByteString.copyFrom(content.toByteArray());
  }

  private static final class Api extends SpiffeWorkloadAPIImplBase {
    final Streams<X509SVIDResponse> svids = new Streams<>();
    volatile @Nullable Status refusal;
    volatile Function<JWTSVIDRequest, JWTSVID> signer =
        _ -> {
          throw Status.PERMISSION_DENIED.asRuntimeException();
        };

    @Override
    public void fetchX509SVID(X509SVIDRequest request, StreamObserver<X509SVIDResponse> answers) {
      var status = refusal;
      if (status == null) {
        svids.add(answers);
      } else {
        answers.onError(status.asRuntimeException());
      }
    }

    @Override
    public void fetchJWTBundles(
        JWTBundlesRequest request, StreamObserver<JWTBundlesResponse> answers) {
      answers.onError(Status.UNIMPLEMENTED.asRuntimeException());
    }

    @Override
    public void fetchJWTSVID(JWTSVIDRequest request, StreamObserver<JWTSVIDResponse> answer) {
      try {
        answer.onNext(JWTSVIDResponse.newBuilder().addSvids(signer.apply(request)).build());
        answer.onCompleted();
      } catch (StatusRuntimeException e) {
        answer.onError(e);
      }
    }
  }
}
