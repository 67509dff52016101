package dev.ambit.cli.envelope;

import dev.ambit.envelope.Call;
import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.envelope.Rules;
import java.time.Instant;
import java.util.Objects;

/// One call as it is typed, put to the engine that decides in the proxy. Pure.
///
/// @param url absolute, as an agent would call it
record Question(String method, String url) {
  Decision decide(Envelope envelope, Instant now) {
    return switch (Call.method(method)) {
      case Parsed.Malformed<String>(var why) -> new Decision.Denied(Reason.UNSUPPORTED, "", why);
      case Parsed.Ok<String>(var known) ->
          switch (RequestTarget.absolute(url)) {
            case Parsed.Malformed<RequestTarget>(var why) ->
                new Decision.Denied(Reason.MALFORMED, "", why);
            case Parsed.Ok<RequestTarget>(var target) ->
                Rules.of(envelope)
                    .decide(
                        new Call(
                            Objects.requireNonNull(target.authority()),
                            known,
                            target.path(),
                            target.query()),
                        now);
          };
    };
  }
}
