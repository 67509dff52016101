package dev.ambit.control.api;

import dev.ambit.control.audit.AuditLog;
import dev.ambit.control.audit.SigningKeys;
import dev.ambit.control.audit.TrailCheck;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.SessionTable;
import dev.ambit.proto.v1.AuditDefect;
import dev.ambit.proto.v1.AuditServiceGrpc;
import dev.ambit.proto.v1.GetReceiptRequest;
import dev.ambit.proto.v1.GetReceiptResponse;
import dev.ambit.proto.v1.ListAuditRecordsRequest;
import dev.ambit.proto.v1.ListAuditRecordsResponse;
import dev.ambit.proto.v1.ListCheckpointsRequest;
import dev.ambit.proto.v1.ListCheckpointsResponse;
import dev.ambit.proto.v1.ListSigningKeysRequest;
import dev.ambit.proto.v1.ListSigningKeysResponse;
import dev.ambit.proto.v1.ReceiptServiceGrpc;
import dev.ambit.proto.v1.SigningKey;
import dev.ambit.proto.v1.VerifyAuditRequest;
import dev.ambit.proto.v1.VerifyAuditResponse;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// The decision trail and receipts over gRPC and JSON.
final class EvidenceApi {
  private static final int RECORDS = 200;
  private static final int RECORDS_MAX = 1_000;
  private static final int CHECKPOINTS = 20;
  private static final int CHECKPOINTS_MAX = 500;

  private final Calls calls;
  private final Sessions sessions;
  private final SessionTable table;
  private final AuditLog audit;
  private final TrailCheck trail;
  private final SigningKeys keys;

  EvidenceApi(
      Calls calls,
      Sessions sessions,
      SessionTable table,
      AuditLog audit,
      TrailCheck trail,
      SigningKeys keys) {
    this.calls = calls;
    this.sessions = sessions;
    this.table = table;
    this.audit = audit;
    this.trail = trail;
    this.keys = keys;
  }

  List<BindableService> services() {
    return List.of(new Audit(), new Receipts());
  }

  private Answer<ListAuditRecordsResponse> records(Caller caller, ListAuditRecordsRequest request) {
    var size = Pages.size(request.getPageSize(), RECORDS, RECORDS_MAX);
    var after = Pages.number(request.getPageToken());
    if (refusal(caller, request.getSessionId()) instanceof Answer.Refused<Boolean>(var refusal)) {
      return new Answer.Refused<>(refusal);
    }
    var page = audit.list(request.getSessionId(), after, size);
    return new Answer.Given<>(
        ListAuditRecordsResponse.newBuilder()
            .addAllRecords(page.records())
            .setNextPageToken(Pages.token(page.next()))
            .build());
  }

  private Answer<VerifyAuditResponse> verify(Caller caller, VerifyAuditRequest request) {
    if (refusal(caller, request.getSessionId()) instanceof Answer.Refused<Boolean>(var refusal)) {
      return new Answer.Refused<>(refusal);
    }
    var report = trail.check(request.getSessionId());
    var answer =
        VerifyAuditResponse.newBuilder()
            .setChains(report.chains())
            .setRecords(report.records())
            .setCheckpoints(report.checkpoints())
            .setIncomplete(report.incomplete());
    report
        .defects()
        .forEach(defect ->
            answer.addDefects(
                AuditDefect.newBuilder()
                    .setBootId(defect.boot())
                    .setSeq(defect.seq())
                    .setWhat(defect.what())));
    return new Answer.Given<>(answer.build());
  }

  /// Records of one session are for who may see it, all records for operators.
  private Answer<Boolean> refusal(Caller caller, String session) {
    if (session.isEmpty()) {
      return caller.isOperator() ? new Answer.Given<>(true) : operatorsOnly("session_id");
    }
    return sessions.get(caller, session) instanceof Answer.Refused<StoredSession>(var refusal)
        ? new Answer.Refused<>(refusal)
        : new Answer.Given<>(true);
  }

  private Answer<ListCheckpointsResponse> checkpoints(
      Caller caller, ListCheckpointsRequest request) {
    if (!caller.isOperator()) {
      return operatorsOnly("checkpoints");
    }
    var page =
        audit.checkpoints(
            Pages.number(request.getPageToken()),
            Pages.size(request.getPageSize(), CHECKPOINTS, CHECKPOINTS_MAX));
    return new Answer.Given<>(
        ListCheckpointsResponse.newBuilder()
            .addAllCheckpoints(page.checkpoints())
            .setNextPageToken(Pages.token(page.next()))
            .build());
  }

  private Answer<GetReceiptResponse> receipt(Caller caller, GetReceiptRequest request) {
    return switch (sessions.get(caller, request.getSessionId())) {
      case Answer.Refused<StoredSession>(var refusal) -> new Answer.Refused<>(refusal);
      case Answer.Given<StoredSession>(var session) ->
          table
              .receipt(session.id())
              .<Answer<GetReceiptResponse>>map(receipt ->
                  new Answer.Given<>(GetReceiptResponse.newBuilder().setReceipt(receipt).build()))
              .orElseGet(() ->
                  Answer.refuse(
                      Kind.CONFLICT, "state", "state: " + session.state() + " (expected: CLOSED)"));
    };
  }

  private static <T> Answer<T> operatorsOnly(String field) {
    return Answer.refuse(
        Kind.FORBIDDEN, field, field + ": all (expected: a session of the caller)");
  }

  /// `AuditService`.
  private final class Audit extends AuditServiceGrpc.AuditServiceImplBase {
    @Override
    public void listAuditRecords(
        ListAuditRecordsRequest request, StreamObserver<ListAuditRecordsResponse> observer) {
      calls.serve(observer, caller -> records(caller, request));
    }

    @Override
    public void verifyAudit(
        VerifyAuditRequest request, StreamObserver<VerifyAuditResponse> observer) {
      calls.serve(observer, caller -> verify(caller, request));
    }

    @Override
    public void listCheckpoints(
        ListCheckpointsRequest request, StreamObserver<ListCheckpointsResponse> observer) {
      calls.serve(observer, caller -> checkpoints(caller, request));
    }
  }

  /// `ReceiptService`.
  private final class Receipts extends ReceiptServiceGrpc.ReceiptServiceImplBase {
    @Override
    public void getReceipt(GetReceiptRequest request, StreamObserver<GetReceiptResponse> observer) {
      calls.serve(observer, caller -> receipt(caller, request));
    }

    @Override
    public void listSigningKeys(
        ListSigningKeysRequest request, StreamObserver<ListSigningKeysResponse> observer) {
      calls.serve(
          observer,
          _ -> {
            var answer = ListSigningKeysResponse.newBuilder();
            keys.published()
                .forEach(key ->
                    answer.addKeys(
                        SigningKey.newBuilder().setKeyId(key.id()).setPublicKeyPem(key.pem())));
            return new Answer.Given<>(answer.build());
          });
    }
  }
}
