package dev.ambit.envelope;

import java.util.function.Function;

/// What a strict parser says of bytes an agent chose: the one meaning they have, or why they have
/// none.
public sealed interface Parsed<T> {
  /// The text has exactly this meaning.
  record Ok<T>(T value) implements Parsed<T> {}

  /// The text is refused. `why` is ours, names the part and never repeats the text.
  record Malformed<T>(String why) implements Parsed<T> {}

  default <R> Parsed<R> then(Function<? super T, Parsed<R>> next) {
    return switch (this) {
      case Ok<T>(T value) -> next.apply(value);
      case Malformed<T>(String why) -> new Malformed<>(why);
    };
  }
}
