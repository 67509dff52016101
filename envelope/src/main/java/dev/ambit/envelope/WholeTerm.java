package dev.ambit.envelope;

import org.jspecify.annotations.Nullable;

/// A part of a condition that is a whole number.
public sealed interface WholeTerm {
  /// The number, or null where a key is missing.
  @Nullable Long value(Scene scene);

  /// The same number every time.
  record Literal(long number) implements WholeTerm {
    @Override
    public Long value(Scene scene) {
      return number;
    }
  }

  /// A fact of the call or the target.
  enum Field implements WholeTerm {
    CALL_PORT("call.port"),
    /// 0 for public to 3 for restricted.
    TARGET_SENSITIVITY("target.sensitivity");

    private final String word;

    Field(String word) {
      this.word = word;
    }

    /// As it is written in a condition.
    public String word() {
      return word;
    }

    @Override
    public Long value(Scene scene) {
      return switch (this) {
        case CALL_PORT -> (long) scene.call().authority().port();
        case TARGET_SENSITIVITY -> (long) scene.target().sensitivity().level();
      };
    }
  }

  /// The characters of a string.
  record Size(TextTerm of) implements WholeTerm {
    @Override
    public @Nullable Long value(Scene scene) {
      var text = of.value(scene);
      return text == null ? null : (long) text.codePointCount(0, text.length());
    }
  }
}
