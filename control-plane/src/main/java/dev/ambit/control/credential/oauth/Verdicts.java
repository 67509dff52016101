package dev.ambit.control.credential.oauth;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ambit.control.credential.Material;
import dev.ambit.control.credential.Probe;
import dev.ambit.control.credential.Told;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads what issuers say in answers that carry no token.
final class Verdicts {
  /// RFC 6749 5.2, RFC 7009 2.2.1, RFC 8707 2, RFC 9396 5: the only texts of an issuer that are
  /// repeated.
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "invalid_client",
          "invalid_grant",
          "unauthorized_client",
          "unsupported_grant_type",
          "invalid_scope",
          "invalid_target",
          "invalid_authorization_details",
          "invalid_token",
          "unsupported_token_type",
          "temporarily_unavailable",
          "server_error");

  private Verdicts() {}

  /// An introspection answer of status 200 (RFC 7662 2.2).
  static Probe introspection(Material body) {
    var active = Optional.<Boolean>empty();
    var scope = Optional.<List<String>>empty();
    var audience = Optional.<List<String>>empty();
    try (var json = TokenResponse.STRICT.createParser(body.bytes())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return new Probe.Unknown("introspection: no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        var value = json.nextToken();
        switch (name) {
          case "active" -> {
            if (!value.isBoolean()) {
              return new Probe.Unknown("introspection: \"active\" is no boolean");
            }
            active = Optional.of(json.getBooleanValue());
          }
          case "scope" ->
              scope =
                  value == JsonToken.VALUE_STRING
                      ? Optional.of(TokenResponse.scopes(json.getText()))
                      : Optional.empty();
          case "aud" -> audience = audience(json, value);
          default -> {}
        }
        json.skipChildren();
      }
      if (json.nextToken() != null) {
        return new Probe.Unknown("introspection: more than one JSON value");
      }
    } catch (IOException _) {
      return new Probe.Unknown("introspection: malformed JSON");
    }
    if (active.isEmpty()) {
      return new Probe.Unknown("introspection: no \"active\" (expected: true or false)");
    }
    return active.get() ? new Probe.Alive(new Told(scope, audience)) : new Probe.Dead();
  }

  /// One name or a list of names (RFC 7519 4.1.3); empty for anything else.
  private static Optional<List<String>> audience(JsonParser json, JsonToken value)
      throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return Optional.of(List.of(json.getText()));
    }
    if (value != JsonToken.START_ARRAY) {
      return Optional.empty();
    }
    var names = new ArrayList<String>();
    var plain = true;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      plain &= json.currentToken() == JsonToken.VALUE_STRING;
      names.add(json.getText());
      json.skipChildren();
    }
    return plain ? Optional.of(names) : Optional.empty();
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
