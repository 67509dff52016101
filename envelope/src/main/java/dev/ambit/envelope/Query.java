package dev.ambit.envelope;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
  public record Parameter(String name, String raw) {
    /// What stands behind the `=`, as sent; empty where there is none.
    String rawValue() {
      var equals = raw.indexOf('=');
      return equals < 0 ? "" : raw.substring(equals + 1);
    }
  }

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

  /// The value of the one parameter of this name; null where there is none or more than one, or
  /// where it has two readings: a plus may be a space, and not every server reads other bytes than
  /// UTF-8 alike.
  @Nullable String only(String name) {
    Parameter found = null;
    for (var parameter : parameters) {
      if (parameter.name().equals(name)) {
        if (found != null) {
          return null;
        }
        found = parameter;
      }
    }
    return found == null || found.rawValue().indexOf('+') >= 0 ? null : value(found);
  }

  /// Whether each parameter is one of those named, there once and as it must be, and none that must
  /// be there is missing. A value with a plus must be right with a space in its place too.
  boolean within(Map<String, Constraint> named) {
    // More than there are names: some name stands twice, or has no constraint.
    if (parameters.size() > named.size()) {
      return false;
    }
    var met = new HashSet<String>();
    for (var parameter : parameters) {
      var constraint = named.get(parameter.name());
      if (constraint == null || !met.add(parameter.name())) {
        return false;
      }
      if (!constraint.free()) {
        var value = value(parameter);
        if (value == null
            || !constraint.admits(value)
            || (parameter.rawValue().indexOf('+') >= 0 && !constraint.admits(spaced(parameter)))) {
          return false;
        }
      }
    }
    return named.entrySet().stream()
        .allMatch(each -> each.getValue().optional() || met.contains(each.getKey()));
  }

  private static @Nullable String value(Parameter parameter) {
    return decoded(parameter.rawValue()) instanceof Parsed.Ok<String>(String value) ? value : null;
  }

  private static String spaced(Parameter parameter) {
    return decoded(parameter.rawValue().replace('+', ' ')).orThrow();
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
    return decoded(raw.substring(start, end));
  }

  private static Parsed<String> decoded(String written) {
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
