package dev.ambit.control.credential.oauth;

import com.fasterxml.jackson.core.JsonToken;
import dev.ambit.control.credential.Material;
import dev.ambit.control.credential.Probe;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/// Reads what issuers say in answers that carry no token.
final class Verdicts {
  /// RFC 6749 5.2, RFC 7009 2.2.1, RFC 8707 2: the only texts of an issuer that are repeated.
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "invalid_client",
          "invalid_grant",
          "unauthorized_client",
          "unsupported_grant_type",
          "invalid_scope",
          "invalid_target",
          "invalid_token",
          "unsupported_token_type",
          "temporarily_unavailable",
          "server_error");

  private Verdicts() {}

  /// An introspection answer of status 200 (RFC 7662 2.2).
  static Probe introspection(Material body) {
    Probe verdict = new Probe.Unknown("introspection: no \"active\" (expected: true or false)");
    try (var json = TokenResponse.STRICT.createParser(body.bytes())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return new Probe.Unknown("introspection: no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        var value = json.nextToken();
        if (name.equals("active")) {
          verdict =
              switch (value) {
                case VALUE_TRUE -> new Probe.Alive();
                case VALUE_FALSE -> new Probe.Dead();
                default -> new Probe.Unknown("introspection: \"active\" is no boolean");
              };
        }
        json.skipChildren();
      }
      return json.nextToken() == null
          ? verdict
          : new Probe.Unknown("introspection: more than one JSON value");
    } catch (IOException _) {
      return new Probe.Unknown("introspection: malformed JSON");
    }
  }

  /// The error code of an answer: a known one, "unknown_error" for another; empty when the body is
  /// no JSON object with an `error`.
  static Optional<String> error(Material body) {
    try (var json = TokenResponse.STRICT.createParser(body.bytes())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        var value = json.nextToken();
        if (name.equals("error")) {
          var known = value == JsonToken.VALUE_STRING && ERRORS.contains(json.getText());
          return Optional.of(known ? json.getText() : "unknown_error");
        }
        json.skipChildren();
      }
      return Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
