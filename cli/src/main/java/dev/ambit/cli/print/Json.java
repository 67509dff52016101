package dev.ambit.cli.print;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// JSON to and from plain maps, lists and scalars. Reading is strict: duplicate names, trailing
/// text and nesting beyond Jackson's own bound (1,000) are refused.
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Json() {}

  /// Indented, for files and people.
  public static String pretty(Object tree) {
    var indenter = new DefaultIndenter("  ", "\n");
    return text(
        tree, new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter));
  }

  /// On one line, for streams.
  public static String line(Object tree) {
    return text(tree, null);
  }

  /// The value in the bytes, or nothing when they are not exactly one JSON value.
  public static Optional<Object> read(byte[] bytes) {
    try (var parser = FACTORY.createParser(bytes)) {
      var value = value(parser, parser.nextToken());
      return parser.nextToken() == null ? Optional.ofNullable(value) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token)
      throws IOException {
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case null, default -> throw new IOException("no value");
    };
  }

  private static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
    var object = new LinkedHashMap<String, @Nullable Object>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      object.put(name, value(parser, parser.nextToken()));
    }
    return object;
  }

  private static List<@Nullable Object> array(JsonParser parser) throws IOException {
    var array = new ArrayList<@Nullable Object>();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      array.add(value(parser, token));
    }
    return array;
  }

  private static String text(Object tree, @Nullable DefaultPrettyPrinter printer) {
    var written = new StringWriter();
    try (var generator = FACTORY.createGenerator(written)) {
      if (printer != null) {
        generator.setPrettyPrinter(printer);
      }
      write(tree, generator);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return written.toString();
  }

  private static void write(@Nullable Object tree, JsonGenerator generator) throws IOException {
    switch (tree) {
      case null -> generator.writeNull();
      case Map<?, ?> object -> {
        generator.writeStartObject();
        for (var entry : object.entrySet()) {
          generator.writeFieldName(String.valueOf(entry.getKey()));
          write(entry.getValue(), generator);
        }
        generator.writeEndObject();
      }
      case Iterable<?> array -> {
        generator.writeStartArray();
        for (var element : array) {
          write(element, generator);
        }
        generator.writeEndArray();
      }
      case Boolean flag -> generator.writeBoolean(flag);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Number number -> generator.writeNumber(number.toString());
      default -> generator.writeString(tree.toString());
    }
  }
}
