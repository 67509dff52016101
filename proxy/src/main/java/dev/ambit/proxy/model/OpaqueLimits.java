package dev.ambit.proxy.model;

import java.time.Duration;

/// The bounds of connections of which nothing is read; every one has a test that hits it.
///
/// @param streams at once
/// @param idle how long one may carry nothing, either way
/// @param names with a synthetic address
/// @param nameKept how long after it was last asked for or dialled no other name gets the address
public record OpaqueLimits(int streams, Duration idle, int names, Duration nameKept) {
  public static final OpaqueLimits DEFAULT =
      new OpaqueLimits(256, Duration.ofHours(1), 4_096, Duration.ofMinutes(10));

  /// The same with no more streams.
  OpaqueLimits within(int share) {
    return new OpaqueLimits(Math.min(streams, share), idle, names, nameKept);
  }
}
