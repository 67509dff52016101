package dev.ambit.control.credential.oauth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.ambit.control.credential.Material;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A token endpoint's answer (RFC 6749 5.1), read strictly. What is wrong with it is kept beside
/// the token: a token that must not be used must still be revoked. Never holds a secret as text.
///
/// @param token null when there is none to be found
/// @param refreshToken null when none came, as it should be
/// @param scope empty: as asked
/// @param issuedType what kind of token was issued in an exchange (RFC 8693 2.2.1)
/// @param details the granted `authorization_details` (RFC 9396 7)
/// @param defect empty: well-formed
record TokenResponse(
    @Nullable Material token,
    @Nullable Material refreshToken,
    Optional<List<String>> scope,
    OptionalLong expiresIn,
    Optional<String> issuedType,
    Optional<List<JsonValue>> details,
    Optional<String> defect) {
  static final JsonFactory STRICT =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxNumberLength(20)
                  .maxStringLength(BoundedBody.BYTES_MAX)
                  .build())
          .build();

  /// Longest life that is taken for one, in seconds: ten years.
  private static final long LIFE_MAX = 10L * 366 * 24 * 3_600;

  private static final int TOKEN_LENGTH_MAX = 12 * 1_024;

  TokenResponse {
    scope = scope.map(List::copyOf);
    details = details.map(List::copyOf);
  }

  static TokenResponse read(Material body) {
    var reading = new Reading();
    try (var json = STRICT.createParser(body.bytes())) {
      reading.all(json);
    } catch (IOException _) {
      // The parser's message may repeat the text, the token included.
      reading.wrong("answer: malformed JSON");
    }
    return reading.result();
  }

  /// The names in a `scope` (RFC 6749 3.3).
  static List<String> scopes(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
  }

  /// The answer as far as it was read.
  private static final class Reading {
    private @Nullable Material token;
    private @Nullable Material refreshToken;
    private Optional<List<String>> scope = Optional.empty();
    private OptionalLong expiresIn = OptionalLong.empty();
    private Optional<String> issuedType = Optional.empty();
    private Optional<List<JsonValue>> details = Optional.empty();
    private boolean bearer;
    private Optional<String> defect = Optional.empty();

    void all(JsonParser json) throws IOException {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        wrong("answer: no JSON object");
        return;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        var value = json.nextToken();
        switch (name) {
          case "access_token" -> accessToken(json, value);
          case "token_type" -> bearer = text(value) && json.getText().equalsIgnoreCase("Bearer");
          case "expires_in" -> expiresIn(json, value);
          case "scope" -> scope(json, value);
          case "issued_token_type" ->
              issuedType = text(value) ? Optional.of(json.getText()) : Optional.empty();
          case "authorization_details" -> details = JsonValue.list(json);
          // It would outlive the session, and nobody asked for it (RFC 6749 4.4.3).
          case "refresh_token" -> {
            wrong("refresh_token: came along (expected: none)");
            refreshToken = text(value) ? material(json) : null;
          }
          default -> {}
        }
        json.skipChildren();
      }
      if (json.nextToken() != null) {
        wrong("answer: more than one JSON value");
      }
    }

    TokenResponse result() {
      if (token != null && !bearer) {
        wrong("token_type: another (expected: Bearer)");
      }
      if (token != null && expiresIn.isEmpty()) {
        wrong("expires_in: missing or unusable (expected: seconds, at least 1)");
      }
      return new TokenResponse(token, refreshToken, scope, expiresIn, issuedType, details, defect);
    }

    /// The first thing wrong is the one told.
    void wrong(String what) {
      if (defect.isEmpty()) {
        defect = Optional.of(what);
      }
    }

    private void accessToken(JsonParser json, JsonToken value) throws IOException {
      if (!text(value) || json.getTextLength() == 0) {
        wrong("access_token: no string");
        return;
      }
      if (!usable(chars(json))) {
        wrong("access_token: not usable in a header (expected: RFC 6750 2.1, at most 12 KiB)");
      }
      token = material(json);
    }

    private static Material material(JsonParser json) throws IOException {
      var chars = chars(json);
      var encoded = ByteBuffer.wrap(new byte[chars.length() * 3]);
      var coder = StandardCharsets.UTF_8.newEncoder();
      coder.onMalformedInput(CodingErrorAction.REPLACE).encode(chars, encoded, true);
      var bytes = Arrays.copyOf(encoded.array(), encoded.position());
      Arrays.fill(encoded.array(), (byte) 0);
      return new Material(bytes);
    }

    private static CharBuffer chars(JsonParser json) throws IOException {
      return CharBuffer.wrap(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
    }

    private void expiresIn(JsonParser json, JsonToken value) throws IOException {
      if (value == JsonToken.VALUE_NUMBER_INT) {
        var seconds = json.getLongValue();
        if (seconds >= 1 && seconds <= LIFE_MAX) {
          expiresIn = OptionalLong.of(seconds);
        }
      }
    }

    private void scope(JsonParser json, JsonToken value) throws IOException {
      if (!text(value)) {
        wrong("scope: no string");
        return;
      }
      scope = Optional.of(scopes(json.getText()));
    }

    private static boolean text(JsonToken value) {
      return value == JsonToken.VALUE_STRING;
    }

    /// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`, the form a Bearer value has.
    private static boolean usable(CharSequence token) {
      if (token.length() > TOKEN_LENGTH_MAX) {
        return false;
      }
      var end = token.length();
      while (end > 0 && token.charAt(end - 1) == '=') {
        end--;
      }
      for (var at = 0; at < end; at++) {
        var c = token.charAt(at);
        if (Form.ALPHANUMERIC.indexOf(c) < 0 && "-._~+/".indexOf(c) < 0) {
          return false;
        }
      }
      return end > 0;
    }
  }
}
