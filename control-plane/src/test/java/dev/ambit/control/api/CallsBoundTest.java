package dev.ambit.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.netty.util.AttributeKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Calls have a bound, and what nobody planned is told to nobody.
class CallsBoundTest {
  private final ServiceRequestContext context =
      ServiceRequestContext.of(HttpRequest.of(HttpMethod.GET, "/"));

  CallsBoundTest() {
    context.setAttr(AttributeKey.<Caller>valueOf("ambit.caller"), new Caller.Bootstrap());
  }

  @Test
  void refusesWhatIsTooMuchAtOnce() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var _ = context.push()) {
      var room = new Semaphore(1);
      var calls = new Calls(threads, room);
      var held = new CompletableFuture<Answer<String>>();
      var first = new Heard();
      calls.serve(first, _ -> held.join());
      var second = new Heard();
      calls.serve(second, _ -> new Answer.Given<>("second"));
      assertThat(second.said.get(5, TimeUnit.SECONDS))
          .isEqualTo("RESOURCE_EXHAUSTED: calls: too many at once (expected: ask again later)");
      held.complete(new Answer.Given<>("first"));
      assertThat(first.said.get(5, TimeUnit.SECONDS)).isEqualTo("first");
      var third = new Heard();
      calls.serve(third, _ -> new Answer.Given<>("third"));
      assertThat(third.said.get(5, TimeUnit.SECONDS)).isEqualTo("third");
      assertThat(room.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void tellsNothingOfWhatNobodyPlanned() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var _ = context.push()) {
      var heard = new Heard();
      new Calls(threads)
          .<String>serve(
              heard,
              _ -> {
                throw new IllegalStateException("a secret of ours");
              });
      assertThat(heard.said.get(5, TimeUnit.SECONDS)).isEqualTo("INTERNAL: internal: see the log");
    }
  }

  /// What the caller hears.
  private static final class Heard implements StreamObserver<String> {
    final CompletableFuture<String> said = new CompletableFuture<>();

    @Override
    public void onNext(String value) {
      said.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      var status = Status.fromThrowable(failure);
      said.complete(status.getCode() + ": " + status.getDescription());
    }

    @Override
    public void onCompleted() {}
  }
}
