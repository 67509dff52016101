package dev.ambit.cli.print;

import java.util.LinkedHashMap;
import java.util.Map;

/// One thing that was looked at.
///
/// @param what it is, one word or two
/// @param found one sentence
/// @param advice what to do; empty when there is nothing to do
public record Item(String what, Verdict verdict, String found, String advice) {
  public static Item good(String what, String found) {
    return new Item(what, Verdict.GOOD, found, "");
  }

  public static Item note(String what, String found, String advice) {
    return new Item(what, Verdict.NOTE, found, advice);
  }

  public static Item wrong(String what, String found, String advice) {
    return new Item(what, Verdict.WRONG, found, advice);
  }

  public Map<String, Object> tree() {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("check", what);
    tree.put("verdict", verdict.text());
    tree.put("found", found);
    if (!advice.isEmpty()) {
      tree.put("advice", advice);
    }
    return tree;
  }

  /// How it stands.
  public enum Verdict {
    GOOD("ok"),
    /// Worth knowing; nothing is broken.
    NOTE("note"),
    WRONG("wrong");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
