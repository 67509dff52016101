package dev.ambit.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/// Reads a body once, as JSON with one meaning, and writes it anew (INV-21). Refused, because two
/// parsers could take it differently: another encoding than UTF-8, a byte order mark, a member
/// twice, text behind the value, numbers in another form than [JsonNumber], half a surrogate pair,
/// U+0000, and anything beyond the bounds.
public final class JsonBody {
  /// Levels of objects and arrays.
  public static final int DEPTH_MAX = 32;

  /// Values in one body, at every level.
  public static final int VALUES_MAX = 10_000;

  private static final int NAME_MAX = 1_024;
  private static final int DIGITS_MAX = 32;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // Names are the agent's: none is kept beyond its body.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(DIGITS_MAX)
                  .maxNameLength(NAME_MAX)
                  .build())
          .build();

  private final JsonParser parser;
  private int values;

  private JsonBody(JsonParser parser) {
    this.parser = parser;
  }

  /// The value, or why the bytes have no single meaning. Linear in the bytes.
  public static Parsed<Json> parse(byte[] body) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException _) {
      return Parsed.malformed("body: another encoding (expected: JSON in UTF-8)");
    }
    try (var parser = JSON.createParser(text)) {
      return Parsed.ok(new JsonBody(parser).document());
    } catch (IOException _) {
      return Parsed.malformed(
          "body: no JSON, a member twice, or out of bounds (expected: one JSON value)");
    } catch (IllegalArgumentException e) {
      return Parsed.malformed("body: " + e.getMessage());
    }
  }

  /// The bytes that are sent for a value: no white space, UTF-8, members in their order.
  public static byte[] write(Json value) {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      write(json, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a byte array does not fail
    }
    return bytes.toByteArray();
  }

  private Json document() throws IOException {
    parser.nextToken();
    var value = value();
    if (parser.nextToken() != null) {
      throw new IllegalArgumentException("text behind the value (expected: one JSON value)");
    }
    return value;
  }

  private Json value() throws IOException {
    if (++values > VALUES_MAX) {
      throw new IllegalArgumentException("too many values (expected: at most 10000)");
    }
    return switch (parser.currentToken()) {
      case VALUE_STRING -> new Json.Text(sound(parser.getText()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText());
      case VALUE_TRUE -> new Json.Truth(true);
      case VALUE_FALSE -> new Json.Truth(false);
      case VALUE_NULL -> new Json.Nothing();
      case START_OBJECT -> members();
      case START_ARRAY -> items();
      case null, default -> throw new IllegalArgumentException("empty (expected: one JSON value)");
    };
  }

  private Json members() throws IOException {
    var members = new LinkedHashMap<String, Json>();
    for (var name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      members.put(sound(name), value());
    }
    return new Json.Members(members);
  }

  private Json items() throws IOException {
    var items = new ArrayList<Json>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value());
    }
    return new Json.Items(items);
  }

  private static String sound(String text) {
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException("U+0000 in a string (expected: none)");
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new IllegalArgumentException("half a surrogate pair (expected: Unicode)");
        }
        i++;
      }
    }
    return text;
  }

  private static void write(JsonGenerator json, Json value) throws IOException {
    switch (value) {
      case Json.Text(var text) -> json.writeString(text);
      case JsonNumber(var text) -> json.writeNumber(text);
      case Json.Truth(var truth) -> json.writeBoolean(truth);
      case Json.Nothing() -> json.writeNull();
      case Json.Members(var members) -> {
        json.writeStartObject();
        for (var member : members.entrySet()) {
          json.writeFieldName(member.getKey());
          write(json, member.getValue());
        }
        json.writeEndObject();
      }
      case Json.Items(var items) -> {
        json.writeStartArray();
        for (var item : items) {
          write(json, item);
        }
        json.writeEndArray();
      }
    }
  }
}
