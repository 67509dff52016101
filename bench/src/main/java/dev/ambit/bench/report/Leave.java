package dev.ambit.bench.report;

import java.time.Duration;

/// What it cost to end many sessions at once, each with a stream under way.
///
/// @param sessions in all
/// @param proxies that they were spread over
/// @param lastCut from the first order to end until the last stream broke off
/// @param lastClosed from the first order until the last of them was answered
/// @param longest that one of them waited from its own order until nobody could act on it any more
/// @param proxySeconds processor time of all proxies from the first order to both
/// @param controlSeconds processor time of the control plane in that time
public record Leave(
    int sessions,
    int proxies,
    Duration lastCut,
    Duration lastClosed,
    Duration longest,
    double proxySeconds,
    double controlSeconds) {
  /// What the proxies may use (F26), in seconds.
  public static final double PROXY_SECONDS_MAX = 2;

  public boolean cheap() {
    return proxySeconds < PROXY_SECONDS_MAX;
  }
}
