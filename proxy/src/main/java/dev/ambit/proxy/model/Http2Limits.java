package dev.ambit.proxy.model;

import java.time.Duration;

/// The bounds of HTTP/2, on both legs (security.md §2); every one has a test that hits it.
///
/// @param streams at once on one connection, towards agents and towards upstreams
/// @param streamsInAll of agents, on all connections
/// @param streamWindow bytes that may come on one stream before they are asked for
/// @param connectionWindow the same for all streams of a connection
/// @param frameBytes largest frame that is accepted
/// @param resets RST_STREAM frames, those of the peer and likewise our own, that one connection may
///   cause in [#resetWindow]
/// @param emptyData DATA frames in a row that hold nothing
/// @param smallContinuations CONTINUATION frames of one head that hold little; with the bound on a
///   head no block has more than 64 frames
/// @param controlFrames answers to control frames that wait because the peer does not read
/// @param pingAfter silence with calls under way, after which an upstream is asked whether it lives
/// @param pingWait for its word
public record Http2Limits(
    int streams,
    int streamsInAll,
    int streamWindow,
    int connectionWindow,
    int frameBytes,
    int resets,
    Duration resetWindow,
    int emptyData,
    int smallContinuations,
    int controlFrames,
    Duration pingAfter,
    Duration pingWait) {
  public static final Http2Limits DEFAULT =
      new Http2Limits(
          100,
          1_024,
          64 * 1_024,
          1_024 * 1_024,
          16 * 1_024,
          200,
          Duration.ofSeconds(30),
          2,
          16,
          10_000,
          Duration.ofMinutes(5),
          Duration.ofSeconds(20));

  /// The same with no more streams in all.
  Http2Limits within(int share) {
    return new Http2Limits(
        streams,
        Math.min(streamsInAll, share),
        streamWindow,
        connectionWindow,
        frameBytes,
        resets,
        resetWindow,
        emptyData,
        smallContinuations,
        controlFrames,
        pingAfter,
        pingWait);
  }
}
