package dev.ambit.cli.connect;

import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/// Says that a person waits for the control plane, when an answer takes longer than two seconds.
/// Calls whose command says so itself, and streams, are left alone.
final class Waiting implements ClientInterceptor {
  /// Set on a call whose command tells its own progress.
  static final CallOptions.Key<Boolean> TOLD =
      CallOptions.Key.createWithDefault("ambit.told", false);

  private final Shell shell;

  Waiting(Shell shell) {
    this.shell = shell;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    var call = next.newCall(method, options);
    return method.getType() == MethodDescriptor.MethodType.UNARY && !options.getOption(TOLD)
        ? new Told<>(call)
        : call;
  }

  /// One call with its progress.
  private final class Told<Q, A> extends SimpleForwardingClientCall<Q, A> {
    Told(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      var progress = Progress.of(shell, "waiting for the control plane");
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              progress.close();
              super.onClose(status, trailers);
            }
          },
          headers);
    }
  }
}
