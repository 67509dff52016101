package dev.ambit.envelope;

import java.util.ArrayList;
import java.util.List;

/// A path with one meaning: what is judged is what is sent (INV-6), and where two servers could
/// read it differently it is refused, not repaired (INV-7).
///
/// Tolerated and mapped, and nothing else: an escape of a character that means the same unescaped
/// (unreserved, and `!$&'()*,=:@`) is decoded once; the hex digits of any other escape become upper
/// case. Escapes that stay are of printable ASCII or of whole UTF-8 characters. An empty last
/// segment (a trailing slash) is kept and told apart.
///
/// Refused: no leading slash; an empty segment inside; a segment of nothing but dots and spaces in
/// any spelling; `;` raw or escaped (path parameters); `%2F`, `%5C`, `%25`, escaped control
/// characters; broken escapes, `%uXXXX`, UTF-8 in other than its shortest form; raw characters that
/// RFC 3986 does not allow in a path; more than [#LENGTH_MAX] characters.
public final class CanonicalPath {
  /// Characters of the raw text, escapes counted as three.
  public static final int LENGTH_MAX = 8_192;

  private static final String HEX = "0123456789ABCDEF";
  private final String text;
  private final List<String> segments;

  /// Which segments a `{name}` takes: asked for every grant, worked out once.
  private final boolean[] simple;

  private CanonicalPath(String text, List<String> segments) {
    this.text = text;
    this.segments = segments;
    this.simple = new boolean[segments.size()];
    for (var i = 0; i < simple.length; i++) {
      simple[i] = simple(segments.get(i));
    }
  }

  /// Parses the path part of a request target (no query, no fragment). security.md 4.3.
  public static Parsed<CanonicalPath> parse(CharSequence raw) {
    if (raw.length() > LENGTH_MAX) {
      return Parsed.malformed("path: too long (expected: at most 8192 characters)");
    }
    if (raw.isEmpty() || raw.charAt(0) != '/') {
      return Parsed.malformed("path: no leading slash (expected: /…)");
    }
    var path = new StringBuilder(raw.length());
    for (var i = 0; i < raw.length(); ) {
      var c = raw.charAt(i);
      if (c == '%') {
        var taken = unescape(raw, i, path);
        if (taken == 0) {
          return Parsed.malformed("path: escape out of place (expected: %XX of plain text)");
        }
        i += taken;
      } else if (c == '/' || plain(c)) {
        path.append(c);
        i++;
      } else {
        return Parsed.malformed("path: character out of place (expected: RFC 3986, without ;)");
      }
    }
    return split(path.toString());
  }

  /// The path as it is sent.
  public String text() {
    return text;
  }

  /// What stands between the slashes, as sent; only the last can be empty, and `/` has that one
  /// alone.
  public List<String> segments() {
    return segments;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CanonicalPath path && path.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /// Whether the segment at `index` is [#simple].
  boolean simple(int index) {
    return simple[index];
  }

  /// Whether a segment is made of unreserved characters only, and not empty: what `{name}` takes.
  static boolean simple(String segment) {
    for (var i = 0; i < segment.length(); i++) {
      if (!Ascii.unreserved(segment.charAt(i))) {
        return false;
      }
    }
    return !segment.isEmpty();
  }

  /// Nothing but dots, or dots and spaces, at least one dot: some server reads it as `.` or `..`.
  static boolean dots(String segment) {
    var dots = 0;
    for (var i = 0; i < segment.length(); i++) {
      if (segment.startsWith("%20", i)) {
        i += 2;
      } else if (segment.charAt(i) == '.') {
        dots++;
      } else {
        return false;
      }
    }
    return dots > 0;
  }

  /// Appends what the escape at `at` stands for and returns how many characters it took; 0 if it is
  /// refused.
  private static int unescape(CharSequence raw, int at, StringBuilder path) {
    var value = Ascii.escaped(raw, at);
    if (value < 0x20 || value == 0x7f || value == '/' || value == '\\' || value == '%') {
      return 0;
    }
    if (value == ';') {
      return 0;
    }
    if (value < 0x80) {
      // A plus means a space to some servers when raw, and itself when escaped: two meanings, kept.
      if (plain((char) value) && value != '+') {
        path.append((char) value);
      } else {
        escape(value, path);
      }
      return 3;
    }
    var bytes = Utf8Escapes.length(raw, at);
    for (var i = 0; i < bytes; i++) {
      escape(Ascii.escaped(raw, at + 3 * i), path);
    }
    return 3 * bytes;
  }

  private static void escape(int value, StringBuilder path) {
    path.append('%').append(HEX.charAt(value >> 4)).append(HEX.charAt(value & 0xf));
  }

  /// `pchar` of RFC 3986 without escapes and without the semicolon.
  private static boolean plain(char c) {
    return Ascii.unreserved(c) || "!$&'()*+,=:@".indexOf(c) >= 0;
  }

  private static Parsed<CanonicalPath> split(String text) {
    var segments = new ArrayList<String>();
    for (var start = 1; start <= text.length(); ) {
      var slash = text.indexOf('/', start);
      var end = slash < 0 ? text.length() : slash;
      var segment = text.substring(start, end);
      if (segment.isEmpty() && slash >= 0) {
        return Parsed.malformed("path: empty segment (expected: none but the last)");
      }
      if (dots(segment)) {
        return Parsed.malformed("path: dot segment (expected: none)");
      }
      segments.add(segment);
      start = end + 1;
    }
    return Parsed.ok(new CanonicalPath(text, List.copyOf(segments)));
  }
}
