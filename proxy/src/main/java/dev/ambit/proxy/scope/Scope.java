package dev.ambit.proxy.scope;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Content;
import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Json;
import dev.ambit.envelope.JsonBody;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Target;
import dev.ambit.proxy.identify.SessionCall;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.BodySource;
import dev.ambit.proxy.model.Claim;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Asks the engine whether a session may make a call; where a grant asks for the body, reads it
/// first. Confined to its loop, and never blocks it.
public final class Scope {
  private static final Claim NOTHING_HELD = () -> {};

  private final InstantSource clock;
  private final Limits limits;
  private int held;

  public Scope(InstantSource clock, Limits limits) {
    this.clock = clock;
    this.limits = limits;
  }

  /// The permit holds the judged body, if one was, until it is released.
  public CompletionStage<Outcome<Permit>> permit(SessionCall bound, BodySource source) {
    var call = bound.arrival().call();
    // Asked for every call, not once per connection: the session may have expired in between.
    return switch (bound.session().rules().decide(call, clock.instant())) {
      case Decision.Permitted(var target, var grant) ->
          completedStage(
              new Outcome.Proceed<>(new Permit(bound, target, grant, call, null, NOTHING_HELD)));
      case Decision.NeedsBody(var target, _) -> read(bound, target, source);
      case Decision.Denied denied -> completedStage(refuse(bound, denied));
    };
  }

  private CompletionStage<Outcome<Permit>> read(
      SessionCall bound, Target target, BodySource source) {
    if (bound.arrival().body() instanceof Body.Sized(long bytes) && bytes > limits.judgedBytes()) {
      return completedStage(
          tooLarge(
              bound,
              target,
              "The body is larger than the " + limits.judgedBytes() + " bytes that are judged.",
              0));
    }
    if (held >= limits.judgedBodies()) {
      return completedStage(
          tooLarge(bound, target, "Too many bodies are held to be judged; try again.", 1));
    }
    var place = new Place();
    // Through thenCompose, so that the place is given back also when the source throws.
    return completedStage(source)
        .thenCompose(from -> from.whole(limits.judgedBytes()))
        .thenApply(body -> body.then(bytes -> judge(bound, target, bytes, place)))
        .whenComplete((permit, _) -> {
          if (!(permit instanceof Outcome.Proceed<Permit>)) {
            place.release();
          }
        })
        .thenApply(permit -> owned(bound, target, permit));
  }

  private Outcome<Permit> judge(SessionCall bound, Target target, byte[] body, Place place) {
    return switch (JsonBody.parse(body)) {
      case Parsed.Malformed<Json>(var why) ->
          new Outcome.Refuse<>(
              denial(bound, Reason.MALFORMED, target.name(), "Of the " + why + ".", 0));
      case Parsed.Ok<Json>(var value) -> {
        var call = bound.arrival().call().withContent(new Content.Read(value));
        yield switch (bound.session().rules().decide(call, clock.instant())) {
          case Decision.Permitted(var of, var grant) ->
              new Outcome.Proceed<>(
                  new Permit(bound, of, grant, call, JsonBody.write(value), place));
          case Decision.NeedsBody _ -> throw new IllegalStateException("the body was read");
          case Decision.Denied denied -> refuse(bound, denied);
        };
      }
    };
  }

  /// A denial of the reading knows neither session nor target.
  private static Outcome<Permit> owned(SessionCall bound, Target target, Outcome<Permit> outcome) {
    return outcome instanceof Outcome.Refuse<Permit>(Denial denial) && denial.session().isEmpty()
        ? new Outcome.Refuse<>(denial(bound, denial.reason(), target.name(), denial.detail(), 0))
        : outcome;
  }

  private static Outcome<Permit> tooLarge(
      SessionCall bound, Target target, String detail, int retryAfterSeconds) {
    return new Outcome.Refuse<>(
        denial(bound, Reason.LIMIT_EXCEEDED, target.name(), detail, retryAfterSeconds));
  }

  private static Outcome<Permit> refuse(SessionCall bound, Decision.Denied denied) {
    return new Outcome.Refuse<>(
        denial(bound, denied.reason(), denied.target(), denied.detail(), 0));
  }

  private static Denial denial(
      SessionCall bound, Reason reason, String target, String detail, int retryAfterSeconds) {
    return new Denial(reason, Optional.of(bound.session()), target, detail, retryAfterSeconds);
  }

  /// Room for one judged body.
  private final class Place implements Claim {
    private boolean released;

    Place() {
      held++;
    }

    @Override
    public void release() {
      if (!released) {
        released = true;
        held--;
      }
    }
  }
}
