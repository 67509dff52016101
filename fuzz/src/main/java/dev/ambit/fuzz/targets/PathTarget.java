package dev.ambit.fuzz.targets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ambit.envelope.CanonicalPath;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.PathTemplate;
import java.util.List;

/// Paths and templates: the canonical form is a fixed point without a dot segment in any spelling,
/// what is judged is what is sent, and the matcher agrees with a naive one. The input is a path,
/// and behind a line feed a template.
public final class PathTarget {
  private PathTarget() {}

  /// What Jazzer calls.
  public static void fuzzerTestOneInput(byte[] input) {
    var text = new String(input, ISO_8859_1);
    int end = text.indexOf('\n');
    var raw = end < 0 ? text : text.substring(0, end);
    if (!(CanonicalPath.parse(raw) instanceof Parsed.Ok<CanonicalPath>(CanonicalPath path))) {
      return;
    }
    canonical(path);
    if (end >= 0
        && PathTemplate.parse(text.substring(end + 1))
            instanceof Parsed.Ok<PathTemplate>(PathTemplate template)) {
      Laws.same(template.matches(path), naive(template.text(), path.text()), "match of " + text);
      Laws.hold(
          !template.matches(path) || template.matchesLoosely(path), "a loose match is no tighter");
    }
  }

  private static void canonical(CanonicalPath path) {
    Laws.same(CanonicalPath.parse(path.text()), Parsed.ok(path), "canonical form is a fixed point");
    Laws.same("/" + String.join("/", path.segments()), path.text(), "judged is sent");
    Laws.hold(path.text().chars().allMatch(c -> c > 0x20 && c < 0x7f), "printable ASCII");
    var segments = path.segments();
    for (int i = 0; i < segments.size(); i++) {
      var once = decoded(segments.get(i));
      Laws.hold(!segments.get(i).isEmpty() || i == segments.size() - 1, "no empty segment inside");
      for (var spelling : List.of(segments.get(i), once, decoded(once))) {
        var bare = spelling.strip();
        Laws.hold(!bare.equals(".") && !bare.equals(".."), "no dot segment: " + path.text());
        Laws.hold(
            spelling.indexOf('/') < 0 && spelling.indexOf('\\') < 0 && spelling.indexOf(';') < 0,
            "no structure hidden in a segment: " + path.text());
      }
    }
  }

  /// As a lenient server decodes.
  private static String decoded(String segment) {
    var out = new StringBuilder();
    for (int i = 0; i < segment.length(); i++) {
      int value = segment.charAt(i) == '%' ? hex(segment, i + 1) : -1;
      if (value < 0) {
        out.append(segment.charAt(i));
      } else {
        out.append((char) value);
        i += 2;
      }
    }
    return out.toString();
  }

  private static int hex(String text, int at) {
    if (at + 2 > text.length()) {
      return -1;
    }
    int high = Character.digit(text.charAt(at), 16);
    int low = Character.digit(text.charAt(at + 1), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static boolean naive(String template, String path) {
    var wanted = template.substring(1).split("/", -1);
    var given = path.substring(1).split("/", -1);
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].equals("**") && i == wanted.length - 1) {
        return given.length > i && !given[i].isEmpty();
      }
      if (i >= given.length) {
        return false;
      }
      boolean fits =
          wanted[i].startsWith("{")
              ? given[i].matches("[A-Za-z0-9._~-]+")
              : wanted[i].equals(given[i]);
      if (!fits) {
        return false;
      }
    }
    return wanted.length == given.length;
  }
}
