package dev.ambit.envelope;

import java.util.function.Function;

/// What a strict parser says of bytes an agent chose: the one meaning they have, or why they have
/// none.
public sealed interface Parsed<T> {
  /// The text has exactly this meaning.
  record Ok<T>(T value) implements Parsed<T> {}

  /// The text is refused. `why` is ours, names the part and never repeats the text.
  record Malformed<T>(String why) implements Parsed<T> {}

  static <T> Parsed<T> ok(T value) {
    return new Ok<>(value);
  }

  static <T> Parsed<T> malformed(String why) {
    return new Malformed<>(why);
  }

  default <R> Parsed<R> then(Function<? super T, Parsed<R>> next) {
    return switch (this) {
      case Ok<T>(T value) -> next.apply(value);
      case Malformed<T>(String why) -> new Malformed<>(why);
    };
  }

  /// The value of text that is known to be good: for constants and for text that was checked
  /// before. Throws [IllegalArgumentException] where it is not.
  default T orThrow() {
    return switch (this) {
      case Ok<T>(T value) -> value;
      case Malformed<T>(String why) -> throw new IllegalArgumentException(why);
    };
  }
}
