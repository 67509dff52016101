package dev.ambit.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.Shell;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.GetSessionResponse;
import dev.ambit.proto.v1.SessionServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who waits longer than two seconds is told so on stderr.
class WaitingTest {
  private final StringWriter err = new StringWriter();
  private final CompletableFuture<StreamObserver<GetSessionResponse>> asked =
      new CompletableFuture<>();
  private Server server;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new SessionServiceGrpc.SessionServiceImplBase() {
                  @Override
                  public void getSession(
                      GetSessionRequest request, StreamObserver<GetSessionResponse> to) {
                    if (request.getSessionId().equals("fast")) {
                      answer(to);
                    } else {
                      asked.complete(to);
                    }
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  @Test
  void saysThatItWaitsAndStopsSayingSo() throws Exception {
    try (var plane = connect();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var fast = plane.sessions().getSession(request("fast"));
      assertThat(fast).isEqualTo(GetSessionResponse.getDefaultInstance());
      assertThat(err.toString()).isEmpty();
      var slow =
          CompletableFuture.supplyAsync(
              () -> plane.sessions().getSession(request("slow")), threads);
      var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
      while (err.toString().isEmpty() && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(err.toString()).startsWith("ambit: waiting for the control plane (");
      answer(asked.get());
      assertThat(slow.get(15, TimeUnit.SECONDS)).isNotNull();
    }
  }

  private static void answer(StreamObserver<GetSessionResponse> to) {
    to.onNext(GetSessionResponse.getDefaultInstance());
    to.onCompleted();
  }

  private static GetSessionRequest request(String id) {
    return GetSessionRequest.newBuilder().setSessionId(id).build();
  }

  private ControlPlane connect() {
    var nowhere = new PrintWriter(new StringWriter());
    var shell =
        new Shell(
            nowhere,
            new PrintWriter(err, true),
            false,
            false,
            Map.of(),
            Path.of("/nowhere"),
            InstantSource.fixed(Instant.EPOCH));
    return new ControlPlane(
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .intercept(new Waiting(shell))
            .build());
  }
}
