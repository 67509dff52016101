package dev.ambit.dev.demo;

/// Something that a claim rests on did not happen; the message is the claim's evidence.
final class NotShown extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotShown(String sentence) {
    super(sentence);
  }
}
