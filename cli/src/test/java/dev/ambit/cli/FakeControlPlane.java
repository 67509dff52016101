package dev.ambit.cli;

import com.google.protobuf.ByteString;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.proto.v1.AuditServiceGrpc;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.CloseSessionResponse;
import dev.ambit.proto.v1.ExtendSessionRequest;
import dev.ambit.proto.v1.ExtendSessionResponse;
import dev.ambit.proto.v1.GetReceiptRequest;
import dev.ambit.proto.v1.GetReceiptResponse;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.GetSessionResponse;
import dev.ambit.proto.v1.ListAuditRecordsRequest;
import dev.ambit.proto.v1.ListAuditRecordsResponse;
import dev.ambit.proto.v1.ListSessionsRequest;
import dev.ambit.proto.v1.ListSessionsResponse;
import dev.ambit.proto.v1.ListSigningKeysRequest;
import dev.ambit.proto.v1.ListSigningKeysResponse;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.OpenSessionResponse;
import dev.ambit.proto.v1.ReceiptServiceGrpc;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.SigningKey;
import dev.ambit.proto.v1.StoredRecord;
import dev.ambit.proto.v1.WatchSessionRequest;
import dev.ambit.proto.v1.WatchSessionResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A control plane that answers what a test put into it. Plaintext on loopback.
final class FakeControlPlane implements AutoCloseable {
  private final Server server;
  private final int port;

  /// What each call answers; a refusal, when set, comes first.
  volatile @Nullable Status refusal;

  volatile Session session = Session.getDefaultInstance();
  volatile String handle = "";
  volatile List<Session> listed = List.of();
  volatile List<Session> changes = List.of();
  volatile List<StoredRecord> records = List.of();
  volatile ByteString receipt = ByteString.EMPTY;
  volatile List<SigningKey> keys = List.of();

  /// What was asked.
  volatile OpenSessionRequest opened = OpenSessionRequest.getDefaultInstance();

  volatile CloseSessionRequest closed = CloseSessionRequest.getDefaultInstance();
  volatile ExtendSessionRequest extended = ExtendSessionRequest.getDefaultInstance();
  final List<ListSessionsRequest> lists = new ArrayList<>();

  FakeControlPlane() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Sessions())
            .addService(new Receipts())
            .addService(new Audit())
            .directExecutor()
            .build()
            .start();
    port = server.getPort();
  }

  ControlPlane connect() {
    return new ControlPlane(
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private <T> void answer(StreamObserver<T> to, T message) {
    var refused = refusal;
    if (refused != null) {
      to.onError(refused.asRuntimeException());
      return;
    }
    to.onNext(message);
    to.onCompleted();
  }

  private final class Sessions extends SessionServiceGrpc.SessionServiceImplBase {
    @Override
    public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionResponse> to) {
      opened = request;
      answer(to, OpenSessionResponse.newBuilder().setSession(session).setHandle(handle).build());
    }

    @Override
    public void getSession(GetSessionRequest request, StreamObserver<GetSessionResponse> to) {
      answer(to, GetSessionResponse.newBuilder().setSession(session).build());
    }

    /// Pages of two, the token being the index of the next session.
    @Override
    public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> to) {
      lists.add(request);
      var from = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
      var end = Math.min(listed.size(), from + Math.min(2, request.getPageSize()));
      answer(
          to,
          ListSessionsResponse.newBuilder()
              .addAllSessions(listed.subList(from, end))
              .setNextPageToken(end < listed.size() ? Integer.toString(end) : "")
              .build());
    }

    @Override
    public void extendSession(
        ExtendSessionRequest request, StreamObserver<ExtendSessionResponse> to) {
      extended = request;
      answer(to, ExtendSessionResponse.newBuilder().setSession(session).build());
    }

    @Override
    public void closeSession(CloseSessionRequest request, StreamObserver<CloseSessionResponse> to) {
      closed = request;
      answer(to, CloseSessionResponse.newBuilder().setSession(session).build());
    }

    /// Sends the changes; ends the stream only when the last one is CLOSED, as the real one does.
    @Override
    public void watchSession(WatchSessionRequest request, StreamObserver<WatchSessionResponse> to) {
      for (var change : changes) {
        to.onNext(WatchSessionResponse.newBuilder().setSession(change).build());
      }
      if (!changes.isEmpty()
          && changes.getLast().getState() == dev.ambit.proto.v1.SessionState.SESSION_STATE_CLOSED) {
        to.onCompleted();
      }
    }
  }

  private final class Receipts extends ReceiptServiceGrpc.ReceiptServiceImplBase {
    @Override
    public void getReceipt(GetReceiptRequest request, StreamObserver<GetReceiptResponse> to) {
      answer(to, GetReceiptResponse.newBuilder().setReceipt(receipt).build());
    }

    @Override
    public void listSigningKeys(
        ListSigningKeysRequest request, StreamObserver<ListSigningKeysResponse> to) {
      answer(to, ListSigningKeysResponse.newBuilder().addAllKeys(keys).build());
    }
  }

  private final class Audit extends AuditServiceGrpc.AuditServiceImplBase {
    @Override
    public void listAuditRecords(
        ListAuditRecordsRequest request, StreamObserver<ListAuditRecordsResponse> to) {
      answer(to, ListAuditRecordsResponse.newBuilder().addAllRecords(records).build());
    }
  }
}
