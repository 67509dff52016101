package dev.ambit.proxy.control;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.IssueRequest;
import dev.ambit.proto.v1.IssueResponse;
import dev.ambit.proto.v1.ProxyServiceGrpc.ProxyServiceStub;
import dev.ambit.proxy.credential.Carrier;
import dev.ambit.proxy.credential.Issuer;
import dev.ambit.proxy.credential.Secret;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Has the control plane issue credentials; says unavailable at once while it cannot be asked, and
/// to those who wait when it falls silent. Confined to the loop.
public final class GrpcIssuer implements Issuer {
  /// A call waits no longer for its credential.
  public static final Duration DEADLINE = Duration.ofSeconds(10);

  private final ProxyServiceStub stub;
  private final String proxyId;
  private final Duration deadline;
  private final BooleanSupplier attached;
  private final Runnable doubt;
  private final LongSupplier nanoTime;
  private final Set<OneAnswer<IssueResponse>> waiting = new HashSet<>();
  private long asked;
  private long errors;
  private long nanos;

  /// @param attached whether the control plane can be asked
  /// @param doubt has somebody find out soon whether it still can
  public GrpcIssuer(
      ProxyServiceStub stub,
      String proxyId,
      Duration deadline,
      BooleanSupplier attached,
      Runnable doubt,
      LongSupplier nanoTime) {
    this.stub = stub;
    this.proxyId = proxyId;
    this.deadline = deadline;
    this.attached = attached;
    this.doubt = doubt;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletionStage<Answer> issue(
      SessionId session, String grant, Authority authority, String rejected) {
    asked++;
    if (!attached.getAsBoolean()) {
      errors++;
      return completedStage(new Answer.Unavailable("the control plane is out of reach"));
    }
    var began = nanoTime.getAsLong();
    var request =
        IssueRequest.newBuilder()
            .setSessionId(session.value())
            .setGrant(grant)
            .setAuthority(authority.toString())
            .setProxyId(proxyId)
            .setRejectedId(rejected)
            .build();
    var answer = new OneAnswer<IssueResponse>();
    stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS).issue(request, answer);
    waiting.add(answer);
    doubt.run();
    return answer
        .stage()
        .handle((response, failed) -> {
          waiting.remove(answer);
          nanos += nanoTime.getAsLong() - began;
          return read(response, failed);
        });
  }

  /// The control plane has fallen silent: whoever waits is told. An answer that comes all the same
  /// is given to the next who asks.
  public void silent() {
    for (var answer : List.copyOf(waiting)) {
      answer.onError(Status.UNAVAILABLE.asRuntimeException());
    }
  }

  private Answer read(@Nullable IssueResponse response, @Nullable Throwable failed) {
    if (response == null) {
      errors++;
      // The code alone: a description may repeat what an issuer said.
      var code = failed == null ? Status.Code.UNKNOWN : Status.fromThrowable(failed).getCode();
      return new Answer.Unavailable("the control plane says " + code);
    }
    var lasts = response.getExpiresIn();
    return new Answer.Issued(
        response.getCredentialId(),
        response.getSessionId(),
        response.getGrant(),
        response.getAuthority(),
        carrier(response),
        Secret.move(response.getValue().toByteArray()),
        Duration.ofSeconds(lasts.getSeconds(), lasts.getNanos()));
  }

  /// Of neither and of both a name that none can have.
  private static Carrier carrier(IssueResponse response) {
    var parameter = response.getQueryParameter();
    return response.getHeader().isEmpty() && !parameter.isEmpty()
        ? new Carrier.QueryParameter(parameter)
        : new Carrier.Header(parameter.isEmpty() ? response.getHeader() : "");
  }

  /// Questions asked.
  public long asked() {
    return asked;
  }

  /// Questions without a credential in answer.
  public long errors() {
    return errors;
  }

  /// Time spent waiting for answers in all.
  public long nanos() {
    return nanos;
  }
}
