package dev.ambit.envelope;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A path a grant or rule speaks of: literal segments, `{name}` for exactly one non-empty segment
/// of unreserved characters, and `**` for one or more whole segments, last only. Case-sensitive,
/// and a trailing slash counts.
public final class PathTemplate {
  /// Characters of one template.
  public static final int LENGTH_MAX = 1_024;

  private static final String REST = "**";
  private final String text;
  private final List<Segment> segments;
  private final boolean rest;

  /// The literal segments, null for a free one: what [#matches] walks along.
  private final @Nullable String[] literals;

  private PathTemplate(String text, List<Segment> segments, boolean rest) {
    this.text = text;
    this.segments = List.copyOf(segments);
    this.rest = rest;
    this.literals = new @Nullable String[segments.size()];
    for (var i = 0; i < literals.length; i++) {
      literals[i] = segments.get(i) instanceof Segment.Literal(String literal) ? literal : null;
    }
  }

  /// A segment before `**`.
  private sealed interface Segment {
    record Literal(String text) implements Segment {}

    record Free(String name) implements Segment {}
  }

  /// Parses a template; literal segments must be in the canonical spelling of [CanonicalPath].
  public static Parsed<PathTemplate> parse(String text) {
    if (text.length() > LENGTH_MAX) {
      return Parsed.malformed("path: too long (expected: at most 1024 characters)");
    }
    if (!text.startsWith("/")) {
      return Parsed.malformed("path: no leading slash (expected: /…)");
    }
    var pieces = text.substring(1).split("/", -1);
    var segments = new ArrayList<Segment>();
    for (var i = 0; i < pieces.length; i++) {
      var last = i == pieces.length - 1;
      var piece = pieces[i];
      if (piece.equals(REST) && last) {
        return Parsed.ok(new PathTemplate(text, segments, true));
      }
      if (piece.isEmpty() && !last) {
        return Parsed.malformed("path: empty segment (expected: none but the last)");
      }
      switch (segment(piece)) {
        case Parsed.Ok<Segment>(Segment segment) -> segments.add(segment);
        case Parsed.Malformed<Segment>(String why) -> {
          return Parsed.malformed(why);
        }
      }
    }
    return Parsed.ok(new PathTemplate(text, segments, false));
  }

  public String text() {
    return text;
  }

  /// The names of its `{name}` segments, in order.
  public Set<String> names() {
    var names = new LinkedHashSet<String>();
    for (var segment : segments) {
      if (segment instanceof Segment.Free(String name)) {
        names.add(name);
      }
    }
    return names;
  }

  /// Whether a value can stand for a segment: unreserved characters, and not only dots.
  public static boolean fits(String value) {
    return CanonicalPath.simple(value) && !CanonicalPath.dots(value);
  }

  /// The template with each `{name}` that is a key of `parameters` replaced by its value as a
  /// literal segment. Throws [IllegalArgumentException] for a value that does not [#fits].
  public PathTemplate bind(Map<String, String> parameters) {
    var bound = new ArrayList<Segment>();
    var bare = new StringBuilder();
    for (var segment : segments) {
      var next = bind(segment, parameters);
      bound.add(next);
      bare.append('/').append(print(next));
    }
    return new PathTemplate(rest ? bare + "/" + REST : bare.toString(), bound, rest);
  }

  /// Linear in the path's segments, and without allocation.
  public boolean matches(CanonicalPath path) {
    var given = path.segments();
    var own = literals.length;
    if (rest ? given.size() <= own : given.size() != own) {
      return false;
    }
    // Backwards: the paths of one target differ at their ends.
    for (var i = own - 1; i >= 0; i--) {
      var literal = literals[i];
      if (literal == null ? !path.simple(i) : !literal.equals(given.get(i))) {
        return false;
      }
    }
    // A server that ignores a trailing slash reads "/a/" as "/a", which "/a/**" does not cover.
    return !rest || !given.get(own).isEmpty();
  }

  /// For rules that forbid: as [#matches], but neither ASCII case, nor characters in a `{name}`,
  /// nor a trailing slash make a difference. A server may ignore them, and then the rule must hold.
  public boolean matchesLoosely(CanonicalPath path) {
    var given = path.segments();
    var last = given.size() - 1;
    return loosely(given, given.size())
        || (last > 0 && given.get(last).isEmpty() && loosely(given, last));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathTemplate template && template.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  private boolean loosely(List<String> given, int size) {
    var own = literals.length;
    if (rest ? size <= own : size != own) {
      return false;
    }
    for (var i = 0; i < own; i++) {
      var literal = literals[i];
      if (literal != null && !Ascii.equalsIgnoreCase(literal, given.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static Parsed<Segment> segment(String piece) {
    var braced = piece.startsWith("{") && piece.endsWith("}");
    if (braced && Names.parameter(piece.substring(1, piece.length() - 1))) {
      return Parsed.ok(new Segment.Free(piece.substring(1, piece.length() - 1)));
    }
    if (piece.indexOf('{') >= 0 || piece.indexOf('}') >= 0) {
      return Parsed.malformed("path: brace out of place (expected: {name} as a whole segment)");
    }
    if (piece.indexOf('*') >= 0) {
      return Parsed.malformed("path: star out of place (expected: {name}, or ** as last segment)");
    }
    return CanonicalPath.parse("/" + piece)
        .then(path ->
            path.text().equals("/" + piece)
                ? Parsed.ok(new Segment.Literal(piece))
                : Parsed.malformed("path: needless escape (expected: the plain character)"));
  }

  private static Segment bind(Segment segment, Map<String, String> parameters) {
    if (!(segment instanceof Segment.Free(String name))) {
      return segment;
    }
    var value = parameters.get(name);
    if (value == null) {
      return segment;
    }
    if (!fits(value)) {
      throw new IllegalArgumentException(
          "parameters." + name + ": no path segment (expected: letters, digits, - . _ ~)");
    }
    return new Segment.Literal(value);
  }

  private static String print(Segment segment) {
    return switch (segment) {
      case Segment.Literal(String literal) -> literal;
      case Segment.Free(String name) -> "{" + name + "}";
    };
  }
}
