package dev.ambit.resources;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.ambit.envelope.Constraint;
import dev.ambit.envelope.Json;
import dev.ambit.envelope.JsonNumber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A constraint whose strings may still hold parameters.
record ConstraintDraft(
    boolean optional,
    List<Operand> in,
    Optional<Substitution> prefix,
    Optional<JsonNumber> min,
    Optional<JsonNumber> max,
    OptionalInt minLength,
    OptionalInt maxLength,
    Optional<Substitution> pattern) {
  /// What a value is compared with.
  sealed interface Operand {
    record Fixed(Json value) implements Operand {}

    record Text(Substitution text) implements Operand {}
  }

  /// With the parameters filled in: a value is compared as it is, and in a pattern stands for
  /// itself alone. Throws [IllegalArgumentException] where the result is out of bounds.
  Constraint bind(Map<String, String> parameters) {
    var quoted = new HashMap<String, String>();
    parameters.forEach((name, value) -> quoted.put(name, Patterns.literally(value)));
    return new Constraint(
        optional,
        in.stream().map(operand -> bind(operand, parameters)).toList(),
        prefix.map(text -> text.apply(parameters)).orElse(null),
        min.orElse(null),
        max.orElse(null),
        minLength,
        maxLength,
        pattern.map(text -> compile(text.apply(quoted))).orElse(null));
  }

  /// What compiled with short values may have grown too large with these.
  private static Pattern compile(String pattern) {
    try {
      if (PatternCost.tooLarge(pattern)) {
        throw new IllegalArgumentException("pattern: too large (expected: shorter parameters)");
      }
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("pattern: no RE2 with these parameters", e);
    }
  }

  private static Json bind(Operand operand, Map<String, String> parameters) {
    return switch (operand) {
      case Operand.Fixed(Json value) -> value;
      case Operand.Text(Substitution text) -> new Json.Text(text.apply(parameters));
    };
  }
}
