package dev.ambit.spiffe.source;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.spiffe.bundle.jwtbundle.JwtBundleSet;
import io.spiffe.exception.JwtBundleException;
import io.spiffe.workloadapi.DefaultWorkloadApiClient;
import io.spiffe.workloadapi.Watcher;
import io.spiffe.workloadapi.X509Context;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection to the Workload API with its two streams, X.509 and JWT bundles, until either
/// ends. Thread-safe. A client of its own each time, because the library keeps what it needed for a
/// watch until the client is closed.
final class Watch implements AutoCloseable {
  private final DefaultWorkloadApiClient client;
  private final Consumer<Snapshot> answers;
  private final Consumer<Throwable> refusals;
  private final CompletableFuture<Throwable> end = new CompletableFuture<>();
  private @Nullable X509Context x509;
  private @Nullable JwtBundleSet jwt;

  /// @param answers told of each answer once both streams have one, in order, one at a time
  /// @param refusals told of an answer that cannot be used, while the streams go on
  Watch(Endpoint endpoint, Consumer<Snapshot> answers, Consumer<Throwable> refusals) {
    this.client = endpoint.newClient();
    this.answers = answers;
    this.refusals = refusals;
  }

  /// Opens the streams and waits until one has ended; returns why. Blocks.
  Throwable follow() throws InterruptedException {
    client.watchX509Context(watcher(this::take));
    client.watchJwtBundles(watcher(this::take));
    try {
      return end.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a watch never ends with a fault", e);
    }
  }

  private synchronized void take(X509Context update) {
    x509 = update;
    answer();
  }

  private synchronized void take(JwtBundleSet update) {
    jwt = update;
    answer();
  }

  private void answer() {
    if (x509 == null || jwt == null || end.isDone()) {
      return;
    }
    try {
      answers.accept(Snapshot.of(x509, jwt));
    } catch (CertificateException e) {
      refusals.accept(e);
    }
  }

  private <T> Watcher<T> watcher(Consumer<T> take) {
    return new Watcher<>() {
      @Override
      public void onUpdate(T update) {
        take.accept(update);
      }

      @Override
      public void onError(Throwable error) {
        failed(error);
      }
    };
  }

  /// An error with a gRPC status is the stream's end; any other is an answer the library could not
  /// read, after which the stream goes on.
  private void failed(Throwable error) {
    if (!(error.getCause() instanceof StatusRuntimeException status)) {
      refusals.accept(error);
    } else if (lacksJwt(error, status)) {
      take(JwtBundleSet.emptySet());
    } else {
      end.complete(status);
    }
  }

  private static boolean lacksJwt(Throwable error, StatusRuntimeException status) {
    return error instanceof JwtBundleException
        && status.getStatus().getCode() == Status.Code.UNIMPLEMENTED;
  }

  @Override
  public void close() {
    end.complete(Status.CANCELLED.asRuntimeException());
    client.close();
  }
}
