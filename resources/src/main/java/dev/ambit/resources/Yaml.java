package dev.ambit.resources;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// One value of a YAML document, with the line on which it starts (from 1).
sealed interface Yaml {
  int line();

  /// What it is, in the words of a message.
  String kind();

  /// A scalar. Only a plain one can be anything but a string.
  record Scalar(int line, String text, boolean plain) implements Yaml {
    private static final Pattern NULL = Pattern.compile("null|Null|NULL|~|");
    private static final Pattern TRUTH = Pattern.compile("true|True|TRUE|false|False|FALSE");
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern FLOAT =
        Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
                + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    /// By the core schema of YAML 1.2 (10.3.2).
    @Override
    public String kind() {
      if (!plain) {
        return "a string";
      } else if (NULL.matcher(text).matches()) {
        return "nothing";
      } else if (TRUTH.matcher(text).matches()) {
        return "a truth value";
      } else if (INTEGER.matcher(text).matches()) {
        return "an integer";
      }
      return FLOAT.matcher(text).matches() ? "a number" : "a string";
    }

    boolean isString() {
      return kind().equals("a string");
    }

    boolean isTruth() {
      return kind().equals("a truth value");
    }

    boolean truth() {
      return text.toLowerCase(Locale.ROOT).equals("true");
    }

    boolean isNothing() {
      return kind().equals("nothing");
    }
  }

  record Sequence(int line, List<Yaml> items) implements Yaml {
    @Override
    public String kind() {
      return "a list";
    }
  }

  record Mapping(int line, List<Entry> entries) implements Yaml {
    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /// One key with its value.
  ///
  /// @param line of the key
  record Entry(int line, String key, Yaml value) {}
}
