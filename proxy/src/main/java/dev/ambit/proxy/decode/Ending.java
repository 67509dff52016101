package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.relay.Exchange;
import dev.ambit.proxy.respond.Reply;
import org.jspecify.annotations.Nullable;

/// What the end of a call means for the agent and for the log. Pure.
final class Ending {
  private Ending() {}

  /// What the agent must still be told; null when the upstream's answer stands. Without an outcome
  /// a stage threw.
  static @Nullable Reply reply(CallId id, @Nullable Outcome<Exchange> outcome) {
    return switch (outcome) {
      case null -> Reply.internal(id);
      case Outcome.Refuse<Exchange>(Denial denial) -> Reply.to(id, denial);
      case Outcome.Fail<Exchange>(Failure failure) -> Reply.to(id, failure);
      case Outcome.Proceed<Exchange>(Exchange exchange) ->
          exchange
              .denial()
              .map(denial -> Reply.to(id, denial))
              .or(() -> exchange.failure().map(failure -> Reply.to(id, failure)))
              .orElse(null);
    };
  }

  static CallEnd of(@Nullable Outcome<Exchange> outcome, @Nullable Throwable thrown, int status) {
    if (outcome == null || thrown != null) {
      return new CallEnd.Broken(status);
    }
    return switch (outcome) {
      case Outcome.Refuse<Exchange>(Denial denial) -> new CallEnd.Denied(denial, status);
      case Outcome.Fail<Exchange>(Failure failure) -> new CallEnd.Failed(failure, status);
      case Outcome.Proceed<Exchange>(Exchange exchange) -> completed(exchange, status);
    };
  }

  private static CallEnd completed(Exchange exchange, int status) {
    if (exchange.result() == CallEnd.Result.NOT_SENT && exchange.denial().isPresent()) {
      return new CallEnd.Denied(exchange.denial().get(), status);
    }
    var failedStage = exchange.failure().map(failure -> failure.stage().code()).orElse("");
    if (exchange.opaque()) {
      return new CallEnd.Closed(
          exchange.result(),
          status,
          exchange.denial().map(denial -> denial.reason().code()).orElse(""),
          exchange.bytesOut(),
          exchange.bytesIn(),
          failedStage);
    }
    return new CallEnd.Completed(
        exchange.result(),
        status,
        exchange.upstreamStatus(),
        exchange.bytesOut(),
        exchange.bytesIn(),
        failedStage,
        exchange.notes());
  }
}
