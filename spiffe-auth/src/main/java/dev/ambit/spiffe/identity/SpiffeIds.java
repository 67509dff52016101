package dev.ambit.spiffe.identity;

/// The syntax of SPIFFE IDs (SPIFFE-ID 2), and the patterns that admit them.
public final class SpiffeIds {
  private SpiffeIds() {}

  /// Returns the text if it is a SPIFFE ID, else throws with a message that says what is wrong.
  public static String check(String text) {
    throw new UnsupportedOperationException();
  }
}
