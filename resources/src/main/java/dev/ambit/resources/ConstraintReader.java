package dev.ambit.resources;

import dev.ambit.envelope.Constraint;
import dev.ambit.envelope.Json;
import dev.ambit.envelope.JsonNumber;
import dev.ambit.resources.ConstraintDraft.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads the operators of one constraint.
final class ConstraintReader {
  private static final int LENGTH_MAX = 1_000_000;
  private final Set<String> parameters;
  private final boolean textOnly;
  private final Findings findings;

  /// @param parameters that the template declares
  /// @param textOnly for parameters and headers, which are never anything but strings
  ConstraintReader(Set<String> parameters, boolean textOnly, Findings findings) {
    this.parameters = parameters;
    this.textOnly = textOnly;
    this.findings = findings;
  }

  ConstraintDraft read(Section section) {
    var optional = section.flag("optional");
    var in = in(section);
    var prefix = section.scalar("prefix").flatMap(this::substitution);
    var min = section.scalar("min").flatMap(this::number);
    var max = section.scalar("max").flatMap(this::number);
    var minLength = length(section, "minLength");
    var maxLength = length(section, "maxLength");
    var pattern = section.scalar("pattern").flatMap(this::pattern);
    section.close();
    if (min.isPresent() && max.isPresent() && min.get().value().compareTo(max.get().value()) > 0) {
      findings.add(section.place("min"), min.get().text(), "at most max " + max.get().text());
    }
    if (minLength.orElse(0) > maxLength.orElse(LENGTH_MAX)) {
      findings.add(
          section.place("minLength"),
          Integer.toString(minLength.orElse(0)),
          "at most maxLength " + maxLength.orElse(0));
    }
    return new ConstraintDraft(optional, in, prefix, min, max, minLength, maxLength, pattern);
  }

  private List<Operand> in(Section section) {
    var in = new ArrayList<Operand>();
    if (section.has("equals") && section.has("in")) {
      findings.add(section.place("in"), "beside equals", "one of the two");
    }
    section.scalar("equals").flatMap(this::operand).ifPresent(in::add);
    for (var value : section.scalars("in", Constraint.IN_MAX)) {
      operand(value).ifPresent(in::add);
    }
    return in;
  }

  private Optional<Operand> operand(Section.Value value) {
    var scalar = value.scalar();
    if (scalar.isString() || textOnly) {
      return substitution(value)
          .map(text ->
              text.names().isEmpty()
                  ? new Operand.Fixed(new Json.Text(text.text()))
                  : new Operand.Text(text));
    }
    if (scalar.isTruth()) {
      return Optional.of(new Operand.Fixed(new Json.Truth(scalar.truth())));
    }
    if (scalar.isNothing()) {
      return Optional.of(new Operand.Fixed(new Json.Nothing()));
    }
    return number(value).map(Operand.Fixed::new);
  }

  private Optional<JsonNumber> number(Section.Value value) {
    var text = value.scalar().text();
    if (!value.scalar().plain() || !JsonNumber.canonical(text)) {
      findings.add(
          value.place(),
          Findings.shown(text),
          "a number in plain digits, without exponent or zeros at the end of a fraction");
      return Optional.empty();
    }
    return Optional.of(new JsonNumber(text));
  }

  private Optional<Substitution> substitution(Section.Value value) {
    var text = value.scalar().text();
    if (!value.scalar().isString()) {
      findings.add(value.place(), value.scalar().kind(), "a string; quote it");
      return Optional.empty();
    }
    if (text.length() > Constraint.TEXT_MAX) {
      findings.add(value.place(), text.length() + " characters", "at most 1024");
      return Optional.empty();
    }
    return Substitution.read(new Section.Item(text, value.place()), parameters, findings);
  }

  /// Judged with a parameter of one character in each place.
  private Optional<Substitution> pattern(Section.Value value) {
    var text = substitution(value);
    if (text.isPresent() && !text.get().names().isEmpty() && !Patterns.mayHold(text.get().text())) {
      findings.add(
          value.place(),
          Findings.shown(text.get().text()),
          "${name} outside of [] and without \\Q: there it would not stand for itself");
      return Optional.empty();
    }
    return text.filter(pattern ->
        Patterns.compile(pattern.withEach(Patterns.literally("x")), value.place(), findings)
            .isPresent());
  }

  private static OptionalInt length(Section section, String key) {
    var length = section.count(key, 0, LENGTH_MAX);
    return length.isPresent() ? OptionalInt.of((int) length.getAsLong()) : OptionalInt.empty();
  }
}
