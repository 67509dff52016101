package dev.ambit.control.publish;

import com.google.protobuf.ByteString;
import dev.ambit.control.audit.AuditLog;
import dev.ambit.control.audit.ChainBroken;
import dev.ambit.control.budget.Ledger;
import dev.ambit.control.credential.Broker;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.store.StoreFailure;
import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.IssueRequest;
import dev.ambit.proto.v1.IssueResponse;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proto.v1.RecordRequest;
import dev.ambit.proto.v1.RecordResponse;
import dev.ambit.proto.v1.ReserveRequest;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proto.v1.SettleRequest;
import dev.ambit.proto.v1.SettleResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What proxies may call. Each call runs on a virtual thread and blocks; the workload it speaks for
/// is the one of its certificate.
final class ProxyApi extends ProxyServiceGrpc.ProxyServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyApi.class);
  private static final int RECORDS_MAX = 1_000;
  private static final int RECORDS_BYTES_MAX = 1 << 20;

  private final AttachHandler.Parts parts;
  private final Ledger ledger;
  private final Issuing issuing;
  private final AuditLog audit;

  ProxyApi(AttachHandler.Parts parts, Ledger ledger, Issuing issuing, AuditLog audit) {
    this.parts = parts;
    this.ledger = ledger;
    this.issuing = issuing;
    this.audit = audit;
  }

  @Override
  public StreamObserver<AttachRequest> attach(StreamObserver<AttachResponse> answers) {
    var observer = (ServerCallStreamObserver<AttachResponse>) answers;
    return new AttachHandler(parts, Peer.workload(), Peer.address(), new ProxyStream(observer));
  }

  @Override
  public void reserve(ReserveRequest request, StreamObserver<ReserveResponse> answer) {
    var workload = Peer.workload();
    answer(answer, () -> ledger.reserve(workload, request));
  }

  @Override
  public void settle(SettleRequest request, StreamObserver<SettleResponse> answer) {
    var workload = Peer.workload();
    answer(answer, () -> ledger.settle(workload, request));
  }

  @Override
  public void issue(IssueRequest request, StreamObserver<IssueResponse> answer) {
    var workload = Peer.workload();
    answer(answer, () -> issued(request, issuing.issue(workload, request)));
  }

  @Override
  public StreamObserver<RecordRequest> record(StreamObserver<RecordResponse> answers) {
    return new Records(Peer.workload(), answers);
  }

  private IssueResponse issued(IssueRequest request, Broker.Answer answer) {
    return switch (answer) {
      case Broker.Answer.Unavailable(var detail) ->
          throw Status.UNAVAILABLE.withDescription(detail).asRuntimeException();
      case Broker.Answer.Issued(var id, var injection, var notAfter) -> {
        try (var value = injection.value()) {
          yield IssueResponse.newBuilder()
              .setCredentialId(id)
              .setSessionId(request.getSessionId())
              .setGrant(request.getGrant())
              .setAuthority(request.getAuthority())
              .setHeader(injection.header())
              .setQueryParameter(injection.queryParameter())
              .setValue(ByteString.copyFrom(value.bytes()))
              .setNotAfter(ProtoTimes.of(notAfter))
              .setExpiresIn(ProtoTimes.of(Duration.between(parts.clock().instant(), notAfter)))
              .build();
        }
      }
    };
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
    try {
      var value = work.get();
      observer.onNext(value);
      observer.onCompleted();
    } catch (IllegalArgumentException refused) {
      observer.onError(
          Status.INVALID_ARGUMENT.withDescription(refused.getMessage()).asRuntimeException());
    } catch (StatusRuntimeException refused) {
      observer.onError(refused);
    } catch (StoreFailure failure) {
      LOG.error("proxies: a call failed with the store", failure);
      observer.onError(
          Status.UNAVAILABLE
              .withDescription("store: unavailable (expected: ask again later)")
              .asRuntimeException());
    }
  }

  /// One stream of audit records: a stretch is acknowledged when it is durable.
  private final class Records implements StreamObserver<RecordRequest> {
    private final String workload;
    private final StreamObserver<RecordResponse> answers;
    private boolean ended;

    Records(String workload, StreamObserver<RecordResponse> answers) {
      this.workload = workload;
      this.answers = answers;
    }

    @Override
    public void onNext(RecordRequest request) {
      if (ended) {
        return;
      }
      try {
        check(request);
        var seq =
            audit.append(
                workload, request.getProxyId(), request.getBootId(), request.getRecordsList());
        answers.onNext(
            RecordResponse.newBuilder().setBootId(request.getBootId()).setSeq(seq).build());
      } catch (IllegalArgumentException refused) {
        fail(Status.INVALID_ARGUMENT, refused.getMessage());
      } catch (ChainBroken broken) {
        fail(Status.DATA_LOSS, broken.getMessage());
      }
    }

    @Override
    public void onError(Throwable failure) {
      ended = true;
    }

    @Override
    public void onCompleted() {
      if (!ended) {
        answers.onCompleted();
      }
    }

    private void fail(Status status, @Nullable String why) {
      ended = true;
      answers.onError(status.withDescription(why).asRuntimeException());
    }

    private static void check(RecordRequest request) {
      Ids.check("proxy_id", request.getProxyId());
      Ids.check("boot_id", request.getBootId());
      var count = request.getRecordsCount();
      if (count < 1 || count > RECORDS_MAX || request.getSerializedSize() > RECORDS_BYTES_MAX) {
        throw new IllegalArgumentException(
            "records: "
                + count
                + " in "
                + request.getSerializedSize()
                + " bytes (expected: 1 to "
                + RECORDS_MAX
                + " in at most "
                + RECORDS_BYTES_MAX
                + ")");
      }
    }
  }
}
