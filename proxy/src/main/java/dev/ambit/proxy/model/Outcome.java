package dev.ambit.proxy.model;

import java.util.function.Function;

/// What a stage answers: carry on knowing more, or stop here for a stated reason.
public sealed interface Outcome<T> {
  record Proceed<T>(T value) implements Outcome<T> {}

  record Refuse<T>(Denial denial) implements Outcome<T> {}

  record Fail<T>(Failure failure) implements Outcome<T> {}

  default <R> Outcome<R> then(Function<? super T, Outcome<R>> stage) {
    return switch (this) {
      case Proceed<T>(T value) -> stage.apply(value);
      case Refuse<T>(Denial denial) -> new Refuse<>(denial);
      case Fail<T>(Failure failure) -> new Fail<>(failure);
    };
  }
}
