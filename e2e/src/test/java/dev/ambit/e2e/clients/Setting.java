package dev.ambit.e2e.clients;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// By what a client is told one thing.
///
/// @param variables of an agent's environment that are enough, beside what is said otherwise
/// @param otherwise in its program or on its command line; may be empty
public record Setting(List<String> variables, String otherwise) {
  public Setting {
    variables = List.copyOf(variables);
  }

  static Setting by(String... variables) {
    return new Setting(List.of(variables), "");
  }

  Setting and(String said) {
    return new Setting(variables, said);
  }

  /// As the table has it.
  public String text() {
    return Stream.concat(
            variables.stream().map(variable -> "`" + variable + "`"),
            Stream.of(otherwise).filter(said -> !said.isEmpty()))
        .collect(Collectors.joining(", "));
  }
}
