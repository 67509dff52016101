package dev.ambit.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A condition in canonical JSON: each part an array, its kind first, for example
/// `["==text",["key","session.context",["text","case_state"]],["text","open"]]`.
final class ConditionJson {
  private static final String TEXT = "text";
  private static final String WHOLE = "int";
  private final JsonReading json;
  private int parts;

  private ConditionJson(JsonReading json) {
    this.json = json;
  }

  /// Reads what [#write] writes, within the bounds of a condition.
  static Condition read(JsonReading json) throws IOException {
    return new ConditionJson(json).condition(1);
  }

  static void write(JsonGenerator json, Condition condition) throws IOException {
    json.writeStartArray();
    switch (condition) {
      case Condition.Always(var truth) -> json.writeString(truth ? "true" : "false");
      case Condition.Not(var of) -> {
        json.writeString("not");
        write(json, of);
      }
      case Condition.And(var left, var right) -> {
        json.writeString("and");
        write(json, left);
        write(json, right);
      }
      case Condition.Or(var left, var right) -> {
        json.writeString("or");
        write(json, left);
        write(json, right);
      }
      case Condition.CompareText(var how, var left, var right) -> {
        json.writeString(how.word() + TEXT);
        write(json, left);
        write(json, right);
      }
      case Condition.CompareWhole(var how, var left, var right) -> {
        json.writeString(how.word() + WHOLE);
        write(json, left);
        write(json, right);
      }
      case Condition.InTexts(var of, var list) -> {
        json.writeString("in" + TEXT);
        write(json, of);
        json.writeStartArray();
        for (var text : list) {
          json.writeString(text);
        }
        json.writeEndArray();
      }
      case Condition.InWholes(var of, var list) -> {
        json.writeString("in" + WHOLE);
        write(json, of);
        json.writeStartArray();
        for (long number : list) {
          json.writeNumber(number);
        }
        json.writeEndArray();
      }
      case Condition.HasKey(var key, var table) -> {
        json.writeString("has");
        write(json, key);
        json.writeString(table.word());
      }
      case Condition.StartsWith(var of, var prefix) -> {
        json.writeString("startsWith");
        write(json, of);
        write(json, prefix);
      }
      case Condition.EndsWith(var of, var suffix) -> {
        json.writeString("endsWith");
        write(json, of);
        write(json, suffix);
      }
      case Condition.Matches(var of, var pattern) -> {
        json.writeString("matches");
        write(json, of);
        json.writeString(pattern.pattern());
      }
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, TextTerm term) throws IOException {
    json.writeStartArray();
    switch (term) {
      case TextTerm.Literal(var text) -> {
        json.writeString(TEXT);
        json.writeString(text);
      }
      case TextTerm.Field field -> {
        json.writeString("field");
        json.writeString(field.word());
      }
      case TextTerm.Lookup(var table, var key) -> {
        json.writeString("key");
        json.writeString(table.word());
        write(json, key);
      }
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, WholeTerm term) throws IOException {
    json.writeStartArray();
    switch (term) {
      case WholeTerm.Literal(var number) -> {
        json.writeString(WHOLE);
        json.writeNumber(number);
      }
      case WholeTerm.Field field -> {
        json.writeString("field");
        json.writeString(field.word());
      }
      case WholeTerm.Size(var of) -> {
        json.writeString("size");
        write(json, of);
      }
    }
    json.writeEndArray();
  }

  private Condition condition(int depth) throws IOException {
    count(depth);
    var kind = open();
    for (var how : Comparison.values()) {
      if (kind.equals(how.word() + TEXT)) {
        return closed(new Condition.CompareText(how, nextText(depth), nextText(depth)));
      } else if (kind.equals(how.word() + WHOLE)) {
        return closed(new Condition.CompareWhole(how, nextWhole(depth), nextWhole(depth)));
      }
    }
    return closed(
        switch (kind) {
          case "true" -> new Condition.Always(true);
          case "false" -> new Condition.Always(false);
          case "not" -> new Condition.Not(nextCondition(depth));
          case "and" -> new Condition.And(nextCondition(depth), nextCondition(depth));
          case "or" -> new Condition.Or(nextCondition(depth), nextCondition(depth));
          case "intext" -> new Condition.InTexts(nextText(depth), nextList(json::string));
          case "inint" -> new Condition.InWholes(nextWhole(depth), nextList(json::number));
          case "has" -> new Condition.HasKey(nextText(depth), table(nextString()));
          case "startsWith" -> new Condition.StartsWith(nextText(depth), nextText(depth));
          case "endsWith" -> new Condition.EndsWith(nextText(depth), nextText(depth));
          case "matches" ->
              new Condition.Matches(nextText(depth), ConstraintJson.pattern(nextString()));
          default -> throw JsonReading.unknown("condition");
        });
  }

  private TextTerm text(int depth) throws IOException {
    count(depth);
    return closed(
        switch (open()) {
          case TEXT -> new TextTerm.Literal(nextString());
          case "field" -> named(TextTerm.Field.values(), TextTerm.Field::word, nextString());
          case "key" -> new TextTerm.Lookup(table(nextString()), nextText(depth));
          default -> throw JsonReading.unknown("condition");
        });
  }

  private WholeTerm whole(int depth) throws IOException {
    count(depth);
    return closed(
        switch (open()) {
          case WHOLE -> {
            json.next();
            yield new WholeTerm.Literal(json.number("condition"));
          }
          case "field" -> named(WholeTerm.Field.values(), WholeTerm.Field::word, nextString());
          case "size" -> new WholeTerm.Size(nextText(depth));
          default -> throw JsonReading.unknown("condition");
        });
  }

  private Condition nextCondition(int depth) throws IOException {
    json.next();
    return condition(depth + 1);
  }

  private TextTerm nextText(int depth) throws IOException {
    json.next();
    return text(depth + 1);
  }

  private WholeTerm nextWhole(int depth) throws IOException {
    json.next();
    return whole(depth + 1);
  }

  private String nextString() throws IOException {
    json.next();
    return json.string("condition");
  }

  /// Reads one element of a list.
  private interface Element<T> {
    T read(String what) throws IOException;
  }

  private <T> List<T> nextList(Element<T> element) throws IOException {
    json.next();
    var list = new ArrayList<T>();
    json.array("condition", () -> list.add(element.read("condition")));
    return list;
  }

  private String open() throws IOException {
    json.begin("condition");
    return nextString();
  }

  private <T> T closed(T part) throws IOException {
    json.end("condition");
    return part;
  }

  private void count(int depth) {
    if (++parts > Condition.PARTS_MAX || depth > Condition.DEPTH_MAX) {
      throw new IllegalArgumentException(
          "condition: too large (expected: at most 256 parts, 16 levels)");
    }
  }

  private static TextTerm.Table table(String word) {
    return named(TextTerm.Table.values(), TextTerm.Table::word, word);
  }

  private static <T> T named(T[] values, Function<T, String> word, String text) {
    for (var value : values) {
      if (word.apply(value).equals(text)) {
        return value;
      }
    }
    throw JsonReading.unknown("condition");
  }
}
