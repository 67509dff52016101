package dev.ambit.proxy.testing;

import dev.ambit.proxy.model.Http2Limits;
import java.time.Duration;

/// The default limits of HTTP/2, of which a test sets those that it wants to hit.
public final class TunedHttp2 {
  public int streams = Http2Limits.DEFAULT.streams();
  public int streamsInAll = Http2Limits.DEFAULT.streamsInAll();
  public int streamWindow = Http2Limits.DEFAULT.streamWindow();
  public int connectionWindow = Http2Limits.DEFAULT.connectionWindow();
  public int frameBytes = Http2Limits.DEFAULT.frameBytes();
  public int resets = Http2Limits.DEFAULT.resets();
  public Duration resetWindow = Http2Limits.DEFAULT.resetWindow();
  public int emptyData = Http2Limits.DEFAULT.emptyData();
  public int smallContinuations = Http2Limits.DEFAULT.smallContinuations();
  public int controlFrames = Http2Limits.DEFAULT.controlFrames();
  public Duration pingAfter = Http2Limits.DEFAULT.pingAfter();
  public Duration pingWait = Http2Limits.DEFAULT.pingWait();

  Http2Limits limits() {
    return new Http2Limits(
        streams,
        streamsInAll,
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
