package dev.ambit.resources;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;

/// Compiles the RE2 patterns of a set, within what they may cost.
final class Patterns {
  /// Characters of one pattern.
  static final int LENGTH_MAX = 256;

  private Patterns() {}

  /// A parameter's value as a part of a pattern that means that text and nothing else. True only
  /// where [#mayHold] says that one may stand.
  static String literally(String value) {
    return "(?:" + Pattern.quote(value) + ")";
  }

  /// Whether parameters in the pattern stand where a group may stand: in a class of characters, or
  /// between `\Q` and `\E`, what is quoted would mean something else.
  static boolean mayHold(String pattern) {
    var inClass = false;
    for (var at = 0; at < pattern.length(); at++) {
      if (pattern.startsWith("\\Q", at) || (inClass && pattern.startsWith("${", at))) {
        return false;
      } else if (pattern.charAt(at) == '\\') {
        at++;
      } else if (inClass && pattern.startsWith("[:", at) && pattern.indexOf(":]", at + 2) > 0) {
        at = pattern.indexOf(":]", at + 2) + 1;
      } else if (inClass) {
        inClass = pattern.charAt(at) != ']';
      } else if (pattern.charAt(at) == '[') {
        inClass = true;
        // A bracket that comes first, also behind ^, is one of the characters.
        at += pattern.startsWith("^", at + 1) ? 1 : 0;
        at += pattern.startsWith("]", at + 1) ? 1 : 0;
      }
    }
    return true;
  }

  /// The pattern; nothing where it is none or too large, which is then a finding.
  static Optional<Pattern> compile(String text, Place place, Findings findings) {
    if (text.length() > LENGTH_MAX || PatternCost.tooLarge(text)) {
      findings.add(place, "too large", "at most 256 characters, few counts");
      return Optional.empty();
    }
    try {
      return Optional.of(Pattern.compile(text));
    } catch (PatternSyntaxException e) {
      findings.add(
          place,
          Findings.shown(text) + ": " + Findings.shown(e.getDescription()),
          "an RE2 regular expression");
      return Optional.empty();
    }
  }
}
