package dev.ambit.spiffe.source;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Says why there is no identity and what to do about it. Of what the agent said only the status
/// code is repeated, and of an answer that could not be read what the library found, escaped.
final class Advice {
  private static final int FOUND_MAX = 200;

  private Advice() {}

  /// @param waited how long an answer was waited for
  /// @param failure the last one, if there was one
  static IdentityUnavailable about(
      Endpoint endpoint, Duration waited, @Nullable Throwable failure) {
    return new IdentityUnavailable(
        "the SPIRE agent at " + endpoint + " " + reason(endpoint, waited, failure), failure);
  }

  /// Whether trying again is pointless: the agent called the request itself wrong.
  static boolean isFinal(Throwable failure) {
    return code(failure) == Status.Code.INVALID_ARGUMENT;
  }

  private static String reason(Endpoint endpoint, Duration waited, @Nullable Throwable failure) {
    if (failure == null) {
      return "did not answer within " + waited.toMillis() + " ms: look at its log";
    }
    return switch (code(failure)) {
      case PERMISSION_DENIED -> noEntry();
      case INVALID_ARGUMENT ->
          "calls the request invalid: is it a Workload API, and of a supported version?";
      case UNAVAILABLE -> unreachable(endpoint.socket());
      case Status.Code code ->
          answered(failure)
              ? "answered " + code + ": look at its log"
              : "sent an identity that cannot be used: " + printable(failure.getMessage());
    };
  }

  /// Whether the failure is one that the agent stated, not one that its answer caused.
  private static boolean answered(Throwable failure) {
    for (var at = failure; at != null; at = at.getCause()) {
      if (at instanceof StatusRuntimeException) {
        return true;
      }
    }
    return false;
  }

  private static String printable(@Nullable String found) {
    if (found == null) {
      return "no reason";
    }
    return found
        .chars()
        .limit(FOUND_MAX)
        .mapToObj(c ->
            c >= ' ' && c <= '~' ? Character.toString(c) : String.format(Locale.ROOT, "\\u%04x", c))
        .collect(Collectors.joining());
  }

  private static String noEntry() {
    var uid = uid();
    return "has no entry for this process (uid "
        + uid
        + "): register one, e.g. spire-server entry create -parentID <the agent's ID>"
        + " -spiffeID <this workload's ID> -selector unix:uid:"
        + uid;
  }

  private static String unreachable(Path socket) {
    if (Files.notExists(socket)) {
      return "is not there: no socket of this name; start the agent or mount its folder";
    }
    if (!Files.isWritable(socket)) {
      return "cannot be reached: this process (uid " + uid() + ") may not write to the socket";
    }
    return "does not accept connections: is it running?";
  }

  private static String uid() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
    } catch (IOException | UnsupportedOperationException _) {
      return "unknown";
    }
  }

  private static Status.Code code(Throwable failure) {
    return Status.fromThrowable(failure).getCode();
  }
}
