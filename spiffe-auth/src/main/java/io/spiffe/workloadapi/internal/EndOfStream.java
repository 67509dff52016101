package io.spiffe.workloadapi.internal;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.RejectedExecutionException;

/// Turns the orderly end of a stream into an error. The streams of the Workload API never end while
/// the agent lives, and java-spiffe-core tells no watcher of an end in good order: without this the
/// identity would silently grow old. Nobody hears an end that comes once its client was closed.
final class EndOfStream implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    var call = next.newCall(method, options);
    return method.getType().serverSendsOneMessage() ? call : new Watched<>(call);
  }

  private static final class Watched<Q, A> extends SimpleForwardingClientCall<Q, A> {
    Watched(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              try {
                super.onClose(
                    status.isOk()
                        ? Status.UNAVAILABLE.withDescription("the agent ended the stream")
                        : status,
                    trailers);
              } catch (RejectedExecutionException _) {
                // The library would plan the next try, but its client was closed meanwhile.
              }
            }
          },
          headers);
    }
  }
}
