package dev.ambit.proxy.model;

import java.time.Duration;

/// The bounds of an open WebSocket, the same both ways; every one has a test that hits it.
///
/// @param frameBytes payload of one frame
/// @param messageBytes payload of all frames of one message
/// @param fragments frames of one message
/// @param closeWait for the Close of one side after that of the other
public record WebSocketLimits(
    long frameBytes, long messageBytes, int fragments, Duration closeWait) {
  public static final WebSocketLimits DEFAULT =
      new WebSocketLimits(
          16 * 1_024 * 1_024, 64 * 1_024 * 1_024, 16 * 1_024, Duration.ofSeconds(10));
}
