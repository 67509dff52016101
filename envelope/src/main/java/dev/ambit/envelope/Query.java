package dev.ambit.envelope;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The query of a call as it will be sent: its parameters in order, checked to be printable ASCII
/// without a fragment. Tolerated and mapped: empty parameters (`a&&b`) are dropped. Refused,
/// because servers disagree about them: a raw `;` (a second separator to some), broken escapes,
/// `%00`, and names that are not UTF-8 or hold control characters.
public record Query(List<Parameter> parameters) {
  /// Characters after the question mark.
  public static final int LENGTH_MAX = 16_384;

  /// Parameters in one query.
  public static final int PARAMETERS_MAX = 1_000;

  public static final Query NONE = new Query(List.of());

  public Query {
    parameters = List.copyOf(parameters);
  }

  /// One `name=value` as written; `name` decoded once for comparison, `raw` as it will be sent.
  public record Parameter(String name, String raw) {}

  /// Parses what follows the question mark.
  public static Parsed<Query> parse(CharSequence raw) {
    if (raw.isEmpty()) {
      return Parsed.ok(NONE);
    }
    if (raw.length() > LENGTH_MAX) {
      return Parsed.malformed("query: too long (expected: at most 16384 characters)");
    }
    var refused = refuse(raw);
    if (!refused.isEmpty()) {
      return Parsed.malformed(refused);
    }
    return split(raw.toString());
  }

  /// The query without the parameters whose name `dropped` accepts.
  public Query without(Predicate<String> dropped) {
    for (var parameter : parameters) {
      if (dropped.test(parameter.name())) {
        return new Query(parameters.stream().filter(p -> !dropped.test(p.name())).toList());
      }
    }
    return this;
  }

  /// The text after the question mark; empty when there is no parameter.
  public String text() {
    if (parameters.isEmpty()) {
      return "";
    }
    var text = new StringBuilder();
    for (var parameter : parameters) {
      text.append(text.isEmpty() ? "" : "&").append(parameter.raw());
    }
    return text.toString();
  }

  private static String refuse(CharSequence raw) {
    for (var i = 0; i < raw.length(); i++) {
      var c = raw.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#' || c == ';') {
        return "query: character out of place (expected: printable ASCII, without # and ;)";
      }
      if (c == '%' && Ascii.escaped(raw, i) < 1) {
        return "query: escape out of place (expected: %XX, not %00)";
      }
    }
    return "";
  }

  private static Parsed<Query> split(String raw) {
    var parameters = new ArrayList<Parameter>();
    for (var start = 0; start <= raw.length(); ) {
      var ampersand = raw.indexOf('&', start);
      var end = ampersand < 0 ? raw.length() : ampersand;
      if (end > start) {
        if (parameters.size() == PARAMETERS_MAX) {
          return Parsed.malformed("query: too many parameters (expected: at most 1000)");
        }
        var equals = raw.indexOf('=', start);
        var nameEnd = equals < 0 || equals > end ? end : equals;
        switch (name(raw, start, nameEnd)) {
          case Parsed.Ok<String>(String name) ->
              parameters.add(new Parameter(name, raw.substring(start, end)));
          case Parsed.Malformed<String>(String why) -> {
            return Parsed.malformed(why);
          }
        }
      }
      start = end + 1;
    }
    return Parsed.ok(new Query(parameters));
  }

  private static Parsed<String> name(String raw, int start, int end) {
    var written = raw.substring(start, end);
    if (written.indexOf('%') < 0) {
      return Parsed.ok(written);
    }
    var bytes = ByteBuffer.allocate(written.length());
    for (var i = 0; i < written.length(); i++) {
      var value = Ascii.escaped(written, i);
      if (value >= 0) {
        i += 2;
      }
      bytes.put((byte) (value >= 0 ? value : written.charAt(i)));
    }
    try {
      var name = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
      return name.chars().anyMatch(Character::isISOControl)
          ? Parsed.malformed("query: control character in a name (expected: none)")
          : Parsed.ok(name);
    } catch (CharacterCodingException _) {
      return Parsed.malformed("query: name in an unknown encoding (expected: UTF-8)");
    }
  }
}
