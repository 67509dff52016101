package dev.ambit.chaos.site;

import dev.ambit.cli.Failure;
import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.cli.receipt.ReceiptFile;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.ListAuditRecordsRequest;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.OpenSessionResponse;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.StoredRecord;
import dev.ambit.proto.v1.VerifyAuditRequest;
import dev.ambit.proto.v1.VerifyAuditResponse;
import dev.ambit.proto.v1.Workload;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// Whoever opens and closes sessions: a client of the control plane that survives it. Thread-safe.
public final class Office implements AutoCloseable {
  private static final int PAGE = 1_000;

  private final Path access;
  private ControlPlane plane;
  private volatile String trouble = "";

  Office(Path access) {
    this.access = access;
    this.plane = Connector.open(Access.ofDirectory(access));
  }

  /// Forgets a connection whose server has a new token.
  public synchronized void reconnect() {
    leave(plane);
  }

  /// Connects by what is in the access directory now, unless somebody has done so meanwhile.
  private synchronized void leave(ControlPlane before) {
    if (before == plane) {
      plane = Connector.open(Access.ofDirectory(access));
      before.close();
    }
  }

  /// Opens a session; empty when the control plane did not answer. The same key asks for the same
  /// session.
  public Optional<OpenSessionResponse> open(String key, Duration ttl) {
    return ask(plane ->
        plane
            .sessions()
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate(Site.TEMPLATE)
                    .setWorkload(Workload.newBuilder().setSpiffeId(EmbeddedSet.AGENT))
                    .setTtl(com.google.protobuf.Duration.newBuilder().setSeconds(ttl.toSeconds()))
                    .setIdempotencyKey(key)
                    .build()));
  }

  /// Ends a session; empty when the control plane did not answer.
  public Optional<Session> close(String id) {
    return ask(plane ->
        plane
            .closing()
            .closeSession(
                CloseSessionRequest.newBuilder()
                    .setSessionId(id)
                    .setReason(CloseReason.CLOSE_REASON_COMPLETED)
                    .build())
            .getSession());
  }

  /// What the control plane says of a session now.
  public Optional<Session> get(String id) {
    return ask(plane ->
        plane
            .sessions()
            .getSession(GetSessionRequest.newBuilder().setSessionId(id).build())
            .getSession());
  }

  /// The receipt of a closed session.
  public Optional<Receipt> receipt(String id) {
    return ask(plane -> ReceiptFile.ofSession(id, plane).receipt());
  }

  /// Hands over every record that the control plane holds, oldest first; false when it did not
  /// answer to the end.
  public boolean records(Consumer<StoredRecord> each) {
    var token = "";
    do {
      var from = token;
      var page =
          ask(plane ->
              plane
                  .audit()
                  .listAuditRecords(
                      ListAuditRecordsRequest.newBuilder()
                          .setPageSize(PAGE)
                          .setPageToken(from)
                          .build()));
      if (page.isEmpty()) {
        return false;
      }
      page.get().getRecordsList().forEach(each);
      token = page.get().getNextPageToken();
    } while (!token.isEmpty());
    return true;
  }

  /// Whether the chains of all records are whole, in the control plane's own words.
  public Optional<VerifyAuditResponse> verify() {
    return ask(plane -> plane.checking().verifyAudit(VerifyAuditRequest.getDefaultInstance()));
  }

  /// The last refusal or failure, in words; empty when there was none.
  public String trouble() {
    return trouble;
  }

  private <T> Optional<T> ask(Function<ControlPlane, T> question) {
    ControlPlane now;
    synchronized (this) {
      now = plane;
    }
    try {
      return Optional.of(question.apply(now));
    } catch (StatusRuntimeException refused) {
      noted(refused);
      if (refused.getStatus().getCode() == Status.Code.UNAVAILABLE) {
        renew(now);
      }
    } catch (Failure refused) {
      noted(refused);
    }
    return Optional.empty();
  }

  /// The identity of who cannot be reached may be of an authority that came after this client had
  /// read whom to believe.
  private void renew(ControlPlane lost) {
    try {
      leave(lost);
    } catch (Failure unreadable) {
      noted(unreadable);
    }
  }

  private void noted(RuntimeException refused) {
    trouble = "; the control plane last said: " + refused.getMessage();
  }

  @Override
  public synchronized void close() {
    plane.close();
  }
}
