package dev.ambit.envelope.receipt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The members of one JSON object, read once each and strictly: a duplicate, missing, unknown or
/// mistyped member refuses the whole. Not thread-safe.
final class Fields {
  private static final int DEPTH_MAX = 8;
  private static final int VALUES_MAX = 200_000;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(20)
                  .maxStringLength(2 * 1_024 * 1_024)
                  .build())
          .build();

  private final Map<String, Object> members;

  private Fields(Map<String, Object> members) {
    this.members = members;
  }

  /// Reads one object and nothing after it.
  static Fields parse(byte[] json, int bytesMax) throws Refused {
    if (json.length > bytesMax) {
      throw new Refused("json: " + json.length + " bytes (expected: at most " + bytesMax + ")");
    }
    try (var parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new Refused("json: no object (expected: one object)");
      }
      var fields = object(parser, new int[] {VALUES_MAX});
      if (parser.nextToken() != null) {
        throw new Refused("json: more than one value (expected: one object)");
      }
      return fields;
    } catch (IOException _) {
      // The parser's message repeats the text.
      throw new Refused("json: malformed (expected: RFC 8259 without duplicate names)");
    }
  }

  /// A generator of compact JSON.
  static JsonGenerator generator(OutputStream to) throws IOException {
    return JSON.createGenerator(to);
  }

  String text(String name) throws Refused {
    if (take(name) instanceof String text) {
      return text;
    }
    throw new Refused(name + ": missing or no string (expected: a string)");
  }

  long number(String name) throws Refused {
    if (take(name) instanceof Long number && number >= 0) {
      return number;
    }
    throw new Refused(name + ": missing or no number (expected: an integer from 0)");
  }

  boolean flag(String name) throws Refused {
    if (take(name) instanceof Boolean flag) {
      return flag;
    }
    throw new Refused(name + ": missing or no boolean (expected: true or false)");
  }

  Instant instant(String name) throws Refused {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException _) {
      throw new Refused(name + ": no instant (expected: RFC 3339 in UTC)");
    }
  }

  Optional<String> textIfPresent(String name) throws Refused {
    return members.containsKey(name) ? Optional.of(text(name)) : Optional.empty();
  }

  Optional<Instant> instantIfPresent(String name) throws Refused {
    return members.containsKey(name) ? Optional.of(instant(name)) : Optional.empty();
  }

  Fields object(String name) throws Refused {
    if (take(name) instanceof Fields fields) {
      return fields;
    }
    throw new Refused(name + ": missing or no object (expected: an object)");
  }

  List<Fields> objects(String name, int countMax) throws Refused {
    var objects = new ArrayList<Fields>();
    for (var item : list(name, countMax)) {
      if (!(item instanceof Fields fields)) {
        throw new Refused(name + ": not all objects (expected: a list of objects)");
      }
      objects.add(fields);
    }
    return objects;
  }

  List<String> texts(String name, int countMax) throws Refused {
    var texts = new ArrayList<String>();
    for (var item : list(name, countMax)) {
      if (!(item instanceof String text)) {
        throw new Refused(name + ": not all strings (expected: a list of strings)");
      }
      texts.add(text);
    }
    return texts;
  }

  /// Refuses what nobody asked for.
  void end() throws Refused {
    if (!members.isEmpty()) {
      throw new Refused("json: " + members.size() + " unknown members (expected: none)");
    }
  }

  private List<?> list(String name, int countMax) throws Refused {
    if (!(take(name) instanceof List<?> list)) {
      throw new Refused(name + ": missing or no list (expected: a list)");
    }
    if (list.size() > countMax) {
      throw new Refused(name + ": " + list.size() + " (expected: at most " + countMax + ")");
    }
    return list;
  }

  private Object take(String name) throws Refused {
    var value = members.remove(name);
    if (value == null) {
      throw new Refused(name + ": missing (expected: present)");
    }
    return value;
  }

  private static Fields object(JsonParser parser, int[] left) throws IOException, Refused {
    var members = new LinkedHashMap<String, Object>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      parser.nextToken();
      members.put(name, value(parser, left));
    }
    return new Fields(members);
  }

  private static Object value(JsonParser parser, int[] left) throws IOException, Refused {
    if (--left[0] < 0) {
      throw new Refused("json: too many values (expected: at most " + VALUES_MAX + ")");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, left);
      case START_ARRAY -> array(parser, left);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default ->
          throw new Refused("json: null or fraction (expected: neither is ever written)");
    };
  }

  private static List<Object> array(JsonParser parser, int[] left) throws IOException, Refused {
    var items = new ArrayList<Object>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(parser, left));
    }
    return items;
  }

  /// Why a text is refused; ours, never repeating it.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why, null, false, false);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }
}
