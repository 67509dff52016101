package dev.ambit.proxy.respond;

/// How a gRPC call is told that it got no answer of its upstream's.
///
/// @param code one of the codes that gRPC defines
/// @param message one plain sentence, ours
/// @param reason the code of the denial, or of the failure
/// @param decision by which the record is found
public record GrpcStatus(int code, String message, String reason, String decision) {
  static final int INVALID_ARGUMENT = 3;
  static final int DEADLINE_EXCEEDED = 4;
  static final int PERMISSION_DENIED = 7;
  static final int RESOURCE_EXHAUSTED = 8;
  static final int UNIMPLEMENTED = 12;
  static final int INTERNAL = 13;
  static final int UNAVAILABLE = 14;
}
