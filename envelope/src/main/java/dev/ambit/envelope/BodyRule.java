package dev.ambit.envelope;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a JSON body must be. A call without a JSON body is not within it.
///
/// @param members by JSON pointer (RFC 6901); none is above another
/// @param additional members that no pointer leads to may be there as well
public record BodyRule(SortedMap<String, Constraint> members, boolean additional) {
  /// Pointers in one rule.
  public static final int MEMBERS_MAX = 256;

  private static final int POINTER_MAX = 256;
  private static final int TOKENS_MAX = JsonBody.DEPTH_MAX;

  public BodyRule {
    members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    if (members.size() > MEMBERS_MAX) {
      throw new IllegalArgumentException("json: too many members (expected: at most 256)");
    }
    for (var pointer : members.keySet()) {
      if (!pointer(pointer)) {
        throw new IllegalArgumentException("json: no pointer (expected: /name, as in RFC 6901)");
      }
      var below = members.tailMap(pointer + "/");
      if (!below.isEmpty() && below.firstKey().startsWith(pointer + "/")) {
        throw new IllegalArgumentException(
            "json: " + pointer + " above " + below.firstKey() + " (expected: one of the two)");
      }
    }
  }

  /// Whether the text is a pointer to something inside a document.
  public static boolean pointer(String text) {
    if (!text.startsWith("/") || text.length() > POINTER_MAX) {
      return false;
    }
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      var escape = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      if (Character.isISOControl(c)
          || Character.isSurrogate(c)
          || (c == '~' && escape != '0' && escape != '1')) {
        return false;
      }
    }
    return tokens(text).size() <= TOKENS_MAX;
  }

  /// The names along a pointer, unescaped.
  static List<String> tokens(String pointer) {
    var tokens = new ArrayList<String>();
    for (var token : pointer.substring(1).split("/", -1)) {
      tokens.add(token.replace("~1", "/").replace("~0", "~"));
    }
    return tokens;
  }
}
