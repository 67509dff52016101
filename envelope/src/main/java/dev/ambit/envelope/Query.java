package dev.ambit.envelope;

import java.util.List;
import java.util.function.Predicate;

/// The query of a call as it will be sent: its parameters in order, checked to be printable ASCII
/// without a fragment.
public record Query(List<Parameter> parameters) {
  public static final Query NONE = new Query(List.of());

  /// One `name=value` as written; `name` decoded once for comparison, `raw` as it will be sent.
  public record Parameter(String name, String raw) {}

  /// Parses what follows the question mark.
  public static Parsed<Query> parse(CharSequence raw) {
    throw new UnsupportedOperationException();
  }

  /// The query without the parameters whose name `dropped` accepts.
  public Query without(Predicate<String> dropped) {
    throw new UnsupportedOperationException();
  }

  /// The text after the question mark; empty when there is no parameter.
  public String text() {
    throw new UnsupportedOperationException();
  }
}
