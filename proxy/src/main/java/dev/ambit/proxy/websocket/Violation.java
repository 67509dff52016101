package dev.ambit.proxy.websocket;

/// Why frames go no further.
///
/// @param code by which it is closed (RFC 6455 7.4.1)
/// @param what one clause, ours
public record Violation(int code, String what) {
  static final int PROTOCOL_ERROR = 1_002;
  static final int TOO_BIG = 1_009;

  static Violation protocol(String what) {
    return new Violation(PROTOCOL_ERROR, what);
  }

  static Violation tooBig(String what) {
    return new Violation(TOO_BIG, what);
  }

  boolean isTooBig() {
    return code == TOO_BIG;
  }
}
