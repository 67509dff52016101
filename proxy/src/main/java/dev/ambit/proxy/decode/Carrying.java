package dev.ambit.proxy.decode;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.relay.Exchange;
import org.jspecify.annotations.Nullable;

/// Sends one call on its way and sees to it that it is answered and told to the log, whatever
/// protocol it came by.
final class Carrying {
  private Carrying() {}

  /// Through thenCompose, so that what a stage throws arrives like what it completes with.
  static void carry(Decoding decoding, Arrival arrival, Answering call) {
    var _ =
        completedStage(arrival)
            .thenCompose(way -> decoding.path().carry(way, call))
            .whenComplete((outcome, thrown) -> {
              if (call.loop().inEventLoop()) {
                finish(decoding, arrival, call, outcome, thrown);
              } else {
                call.loop().execute(() -> finish(decoding, arrival, call, outcome, thrown));
              }
            });
  }

  private static void finish(
      Decoding decoding,
      Arrival arrival,
      Answering call,
      @Nullable Outcome<Exchange> outcome,
      @Nullable Throwable thrown) {
    var reply = Ending.reply(arrival.id(), outcome);
    if (reply != null && !call.started()) {
      call.answer(reply);
    } else if (reply != null) {
      call.cut();
    }
    decoding.log().ended(arrival, Ending.of(outcome, thrown, call.status()));
    call.settle();
  }
}
