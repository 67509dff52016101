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

  /// The value that stands there, if each name in it is a parameter; else a finding.
  static Optional<Substitution> read(Section.Item item, Set<String> parameters, Findings findings) {
    var value = parse(item.text());
    if (value.isEmpty()) {
      findings.add(item.place(), Findings.shown(item.text()), "${name}, closed, of a parameter");
      return Optional.empty();
    }
    for (var name : value.get().names()) {
      if (!parameters.contains(name)) {
        findings.add(
            item.place(),
            "${" + name + "}",
            "a declared parameter: "
                + (parameters.isEmpty() ? "there is none" : String.join(", ", parameters)));
      }
    }
    return value;
  }

  /// With the same text for every name.
  String withEach(String value) {
    return walk(text, _ -> value).orElseThrow();
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
