package dev.ambit.cli.envelope;

import dev.ambit.envelope.AgentKeys;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.Content;
import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.HeaderField;
import dev.ambit.envelope.Json;
import dev.ambit.envelope.JsonBody;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.StripList;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One call as it is typed, put to the engine that decides in the proxy. Pure.
///
/// @param url absolute, as an agent would call it; `wss:` and `ws:` are what WebSocket calls
///   `https:` and `http:` (RFC 6455 3); for CONNECT `tcp://` or `tls://`, host and port
/// @param data its body
record Question(String method, String url, List<Header> headers, Optional<String> data) {
  Question {
    headers = List.copyOf(headers);
  }

  /// Never [Decision.NeedsBody]: a body that a grant asks for is read.
  Decision decide(Envelope envelope, Instant now) {
    return method.equals(Call.OPAQUE) ? opaque(envelope, now) : read(envelope, now);
  }

  private Decision opaque(Envelope envelope, Instant now) {
    return switch (RequestTarget.opaque(url)) {
      case Parsed.Malformed<Authority>(var why) -> new Decision.Denied(Reason.MALFORMED, "", why);
      case Parsed.Ok<Authority>(var authority) ->
          Rules.of(envelope).decide(Call.opaque(authority), now);
    };
  }

  private Decision read(Envelope envelope, Instant now) {
    return switch (Call.method(method)) {
      case Parsed.Malformed<String>(var why) -> new Decision.Denied(Reason.UNSUPPORTED, "", why);
      case Parsed.Ok<String>(var known) ->
          switch (RequestTarget.absolute(webSocket() ? "http" + url.substring(2) : url)) {
            case Parsed.Malformed<RequestTarget>(var why) ->
                new Decision.Denied(Reason.MALFORMED, "", why);
            case Parsed.Ok<RequestTarget>(_) when webSocket() && !bare(known) ->
                new Decision.Denied(Reason.MALFORMED, "", "A WebSocket is opened by a bare GET.");
            case Parsed.Ok<RequestTarget>(var target) ->
                decide(Rules.of(envelope), call(known, target), now);
          };
    };
  }

  private Decision decide(Rules rules, Call call, Instant now) {
    var decision = rules.decide(call, now);
    if (!(decision instanceof Decision.NeedsBody asking)) {
      return decision;
    }
    return switch (JsonBody.parse(data.orElse("").getBytes(StandardCharsets.UTF_8))) {
      case Parsed.Malformed<Json>(var why) ->
          new Decision.Denied(Reason.MALFORMED, asking.target().name(), "Of the " + why + ".");
      case Parsed.Ok<Json>(var value) ->
          rules.decide(call.withContent(new Content.Read(value)), now);
    };
  }

  /// What the strip list takes away is what the agent brought of its own.
  private Call call(String known, RequestTarget target) {
    var fields = headers.stream().filter(field -> !StripList.header(field.name())).toList();
    var keys = headers.stream().filter(field -> StripList.key(field.name())).toList();
    var query = target.query().without(StripList::query);
    var withKeys =
        target.query().without(name -> StripList.query(name) && !StripList.queryKey(name));
    return new Call(
        Objects.requireNonNull(target.authority()),
        known,
        target.path(),
        query,
        fields,
        data.isPresent() ? new Content.Unread() : new Content.None(),
        keys.isEmpty() && withKeys.equals(query) ? null : new AgentKeys(keys, withKeys),
        webSocket());
  }

  private boolean webSocket() {
    return url.startsWith("ws://") || url.startsWith("wss://");
  }

  private boolean bare(String known) {
    return known.equals("GET") && data.isEmpty();
  }

  /// One header as it is typed.
  record Header(String name, String value) implements HeaderField {}
}
