package dev.ambit.spiffe.authority;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.spiffe.workloadapi.grpc.SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase;
import io.spiffe.workloadapi.grpc.Workload.JWTBundlesRequest;
import io.spiffe.workloadapi.grpc.Workload.JWTBundlesResponse;
import io.spiffe.workloadapi.grpc.Workload.JWTSVID;
import io.spiffe.workloadapi.grpc.Workload.JWTSVIDRequest;
import io.spiffe.workloadapi.grpc.Workload.JWTSVIDResponse;
import io.spiffe.workloadapi.grpc.Workload.X509BundlesRequest;
import io.spiffe.workloadapi.grpc.Workload.X509BundlesResponse;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDRequest;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDResponse;
import org.jspecify.annotations.Nullable;

/// The Workload API as one workload sees it. Thread-safe.
final class WorkloadApi extends SpiffeWorkloadAPIImplBase {
  private final TrustDomainKeys keys;
  private final Streams<X509SVIDResponse> svids = new Streams<>();
  private final Streams<X509BundlesResponse> bundles = new Streams<>();
  private final Streams<JWTBundlesResponse> jwtBundles = new Streams<>();
  private volatile @Nullable String spiffeId;

  WorkloadApi(TrustDomainKeys keys) {
    this.keys = keys;
  }

  /// Gives the workload this identity and a fresh SVID.
  synchronized void admit(String id) {
    spiffeId = id;
    publish(id);
  }

  /// Says everything anew, if the workload has an identity.
  synchronized void publish() {
    if (spiffeId != null) {
      publish(spiffeId);
    }
  }

  private void publish(String id) {
    bundles.publish(
        X509BundlesResponse.newBuilder()
            .putBundles("spiffe://" + keys.trustDomain(), keys.bundle())
            .build());
    jwtBundles.publish(
        JWTBundlesResponse.newBuilder()
            .putBundles("spiffe://" + keys.trustDomain(), keys.jwtBundle())
            .build());
    svids.publish(X509SVIDResponse.newBuilder().addSvids(keys.issue(id)).build());
  }

  /// Takes the identity away.
  synchronized void deny() {
    spiffeId = null;
    svids.deny();
    bundles.deny();
    jwtBundles.deny();
  }

  /// Issues a new SVID, if the workload has an identity.
  synchronized void rotate() {
    if (spiffeId != null) {
      svids.publish(X509SVIDResponse.newBuilder().addSvids(keys.issue(spiffeId)).build());
    }
  }

  @Override
  public void fetchX509SVID(X509SVIDRequest request, StreamObserver<X509SVIDResponse> answers) {
    svids.add(answers);
  }

  @Override
  public void fetchX509Bundles(
      X509BundlesRequest request, StreamObserver<X509BundlesResponse> answers) {
    bundles.add(answers);
  }

  @Override
  public void fetchJWTBundles(
      JWTBundlesRequest request, StreamObserver<JWTBundlesResponse> answers) {
    jwtBundles.add(answers);
  }

  @Override
  public void fetchJWTSVID(JWTSVIDRequest request, StreamObserver<JWTSVIDResponse> answer) {
    var id = spiffeId;
    if (request.getAudienceList().isEmpty()) {
      answer.onError(Status.INVALID_ARGUMENT.withDescription("no audience").asRuntimeException());
    } else if (id == null
        || !(request.getSpiffeId().isEmpty() || request.getSpiffeId().equals(id))) {
      answer.onError(Streams.noIdentity());
    } else {
      var jwt = keys.sign(id, request.getAudienceList());
      answer.onNext(
          JWTSVIDResponse.newBuilder()
              .addSvids(JWTSVID.newBuilder().setSpiffeId(id).setSvid(jwt))
              .build());
      answer.onCompleted();
    }
  }
}
