package dev.ambit.resources;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/// Judges `authorization_details` as it is configured (RFC 9396 2): a JSON array of objects, each
/// with a `type`.
final class AuthorizationDetails {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private AuthorizationDetails() {}

  static boolean wellFormed(String text) {
    try (var json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        return false;
      }
      var details = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (!typed(json)) {
          return false;
        }
        details++;
      }
      return details > 0 && json.nextToken() == null;
    } catch (IOException _) {
      return false;
    }
  }

  private static boolean typed(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return false;
    }
    var typed = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      var type = json.currentName().equals("type");
      var value = json.nextToken();
      typed |= type && value == JsonToken.VALUE_STRING;
      json.skipChildren();
    }
    return typed;
  }
}
