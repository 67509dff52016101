package dev.ambit.bench.subject;

/// The launch profiles of the proxy; their options lie in `proxy/src/main/launch`.
public enum Profile {
  SMALL("small"),
  FAST("fast");

  private final String word;

  Profile(String word) {
    this.word = word;
  }

  /// As the launcher knows it.
  public String word() {
    return word;
  }
}
