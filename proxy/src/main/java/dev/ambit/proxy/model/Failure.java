package dev.ambit.proxy.model;

/// Why a permitted call got no (whole) answer: no denial, the upstream failed.
///
/// @param detail one plain sentence, ours
public record Failure(Stage stage, boolean timeout, String detail) {
  /// Where it failed.
  public enum Stage {
    RESOLVE,
    CONNECT,
    TLS,
    SEND,
    RECEIVE;

    public String code() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
