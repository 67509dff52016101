package dev.ambit.resources;

import dev.ambit.envelope.Names;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A value with `${name}` in it, each to be replaced by a parameter.
record Substitution(String text) {
  /// Nothing where a `${` is not closed or holds no parameter's name.
  static Optional<Substitution> parse(String text) {
    return walk(text, name -> Names.parameter(name) ? "" : null).map(_ -> new Substitution(text));
  }

  Set<String> names() {
    var names = new LinkedHashSet<String>();
    walk(
        text,
        name -> {
          names.add(name);
          return "";
        });
    return names;
  }

  /// Every name must be a key of `values`; a value is never looked into again.
  String apply(Map<String, String> values) {
    return walk(text, values::get).orElseThrow();
  }

  private static Optional<String> walk(String text, Function<String, @Nullable String> value) {
    var result = new StringBuilder();
    var at = 0;
    for (var open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
      var close = text.indexOf('}', open);
      var replacement = close < 0 ? null : value.apply(text.substring(open + 2, close));
      if (replacement == null) {
        return Optional.empty();
      }
      result.append(text, at, open).append(replacement);
      at = close + 1;
    }
    return Optional.of(result.append(text, at, text.length()).toString());
  }
}
