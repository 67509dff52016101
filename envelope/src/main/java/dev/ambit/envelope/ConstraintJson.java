package dev.ambit.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The axes of a grant in canonical JSON. An axis, and an operator, that is absent has no key.
final class ConstraintJson {
  private final JsonReading json;

  ConstraintJson(JsonReading json) {
    this.json = json;
  }

  static void write(JsonGenerator json, Axes axes) throws IOException {
    write(json, "query", axes.query());
    write(json, "headers", axes.headers());
    var body = axes.body();
    if (body != null) {
      json.writeObjectFieldStart("body");
      write(json, "json", body.members());
      json.writeBooleanField("additional", body.additional());
      json.writeEndObject();
    }
    if (axes.condition() != null) {
      json.writeFieldName("condition");
      ConditionJson.write(json, axes.condition());
    }
    if (axes.agentCredentials()) {
      json.writeBooleanField("agentCredentials", true);
    }
  }

  private static void write(
      JsonGenerator json, String key, @Nullable SortedMap<String, Constraint> constraints)
      throws IOException {
    if (constraints == null) {
      return;
    }
    json.writeObjectFieldStart(key);
    for (var constraint : constraints.entrySet()) {
      json.writeFieldName(constraint.getKey());
      write(json, constraint.getValue());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Constraint constraint) throws IOException {
    json.writeStartObject();
    if (constraint.optional()) {
      json.writeBooleanField("optional", true);
    }
    if (!constraint.in().isEmpty()) {
      json.writeArrayFieldStart("in");
      for (var value : constraint.in()) {
        scalar(json, value);
      }
      json.writeEndArray();
    }
    if (constraint.prefix() != null) {
      json.writeStringField("prefix", constraint.prefix());
    }
    number(json, "min", constraint.min());
    number(json, "max", constraint.max());
    length(json, "minLength", constraint.minLength());
    length(json, "maxLength", constraint.maxLength());
    if (constraint.pattern() != null) {
      json.writeStringField("pattern", constraint.pattern().pattern());
    }
    json.writeEndObject();
  }

  private static void scalar(JsonGenerator json, Json value) throws IOException {
    switch (value) {
      case Json.Text(var text) -> json.writeString(text);
      case JsonNumber(var text) -> json.writeNumber(text);
      case Json.Truth(var truth) -> json.writeBoolean(truth);
      case Json.Nothing() -> json.writeNull();
      case Json.Members _, Json.Items _ -> throw new IllegalStateException("refused by Constraint");
    }
  }

  private static void number(JsonGenerator json, String key, @Nullable JsonNumber number)
      throws IOException {
    if (number != null) {
      json.writeFieldName(key);
      json.writeNumber(number.text());
    }
  }

  private static void length(JsonGenerator json, String key, OptionalInt length)
      throws IOException {
    if (length.isPresent()) {
      json.writeNumberField(key, length.getAsInt());
    }
  }

  SortedMap<String, Constraint> constraints(String what) throws IOException {
    var constraints = new TreeMap<String, Constraint>();
    json.object(what, key -> constraints.put(key, constraint()));
    return constraints;
  }

  BodyRule body() throws IOException {
    var draft = new Draft();
    json.object(
        "body",
        key -> {
          switch (key) {
            case "json" -> draft.members = constraints(key);
            case "additional" -> draft.additional = json.truth(key);
            default -> throw JsonReading.unknown("body");
          }
        });
    if (draft.members == null || draft.additional == null) {
      throw new IllegalArgumentException("body: missing (expected: json, additional)");
    }
    return new BodyRule(draft.members, draft.additional);
  }

  private Constraint constraint() throws IOException {
    var draft = new Draft();
    json.object(
        "constraint",
        key -> {
          switch (key) {
            case "optional" -> draft.optional = json.truth(key);
            case "in" -> json.array(key, () -> draft.in.add(json.scalar(key)));
            case "prefix" -> draft.prefix = json.string(key);
            case "min" -> draft.min = number(key);
            case "max" -> draft.max = number(key);
            case "minLength" -> draft.minLength = length(key);
            case "maxLength" -> draft.maxLength = length(key);
            case "pattern" -> draft.pattern = pattern(json.string(key));
            default -> throw JsonReading.unknown("constraint");
          }
        });
    return new Constraint(
        draft.optional,
        draft.in,
        draft.prefix,
        draft.min,
        draft.max,
        draft.minLength,
        draft.maxLength,
        draft.pattern);
  }

  private JsonNumber number(String what) throws IOException {
    if (json.scalar(what) instanceof JsonNumber number) {
      return number;
    }
    throw new IllegalArgumentException(what + ": wrong type");
  }

  private OptionalInt length(String what) throws IOException {
    return OptionalInt.of(Math.toIntExact(json.number(what)));
  }

  /// RE2 as both the constraints and the conditions of an envelope hold it.
  static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException _) {
      throw new IllegalArgumentException("pattern: no RE2 (expected: a regular expression)");
    }
  }

  /// What was read of a body rule or a constraint so far.
  private static final class Draft {
    @Nullable SortedMap<String, Constraint> members;
    @Nullable Boolean additional;
    boolean optional;
    final List<Json> in = new ArrayList<>();
    @Nullable String prefix;
    @Nullable JsonNumber min;
    @Nullable JsonNumber max;
    OptionalInt minLength = OptionalInt.empty();
    OptionalInt maxLength = OptionalInt.empty();
    @Nullable Pattern pattern;
  }
}
