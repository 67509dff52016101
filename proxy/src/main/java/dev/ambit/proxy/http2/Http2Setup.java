package dev.ambit.proxy.http2;

import dev.ambit.proxy.model.Http2Limits;
import dev.ambit.proxy.model.Limits;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Settings;

/// Makes one end of a connection with every bound of Netty's codec set in code: none is left to a
/// default or a system property. Push and extended CONNECT are off.
public final class Http2Setup<T extends Http2Endpoint>
    extends AbstractHttp2ConnectionHandlerBuilder<T, Http2Setup<T>> {
  private final Maker<T> maker;

  /// Makes the handler of what it stands on.
  public interface Maker<T extends Http2Endpoint> {
    T make(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings);
  }

  private Http2Setup(boolean server, Limits limits, NeverIndexed neverIndexed, Maker<T> maker) {
    this.maker = maker;
    var http2 = limits.http2();
    var resetSeconds = (int) http2.resetWindow().toSeconds();
    server(server);
    initialSettings(settings(server, limits, http2));
    validateHeaders(true);
    validateRequiredPseudoHeaders(false); // ours says it, and keeps a record
    headerSensitivityDetector(neverIndexed);
    encoderIgnoreMaxHeaderListSize(true);
    encoderEnforceMaxConcurrentStreams(false);
    encoderEnforceMaxQueuedControlFrames(http2.controlFrames());
    encoderEnforceMaxRstFramesPerWindow(http2.resets(), resetSeconds);
    decoderEnforceMaxRstFramesPerWindow(http2.resets(), resetSeconds);
    decoderEnforceMaxConsecutiveEmptyDataFrames(http2.emptyData());
    decoderEnforceMaxSmallContinuationFrames(http2.smallContinuations());
    decoupleCloseAndGoAway(true);
    frameListener(new Http2FrameAdapter()); // until the endpoint is in its pipeline
    gracefulShutdownTimeoutMillis(0);
  }

  /// Towards an agent.
  public static <T extends Http2Endpoint> T server(
      Limits limits, NeverIndexed neverIndexed, Maker<T> maker) {
    return new Http2Setup<>(true, limits, neverIndexed, maker).build();
  }

  /// Towards an upstream.
  public static <T extends Http2Endpoint> T client(
      Limits limits, NeverIndexed neverIndexed, Maker<T> maker) {
    return new Http2Setup<>(false, limits, neverIndexed, maker).build();
  }

  private static Http2Settings settings(boolean server, Limits limits, Http2Limits http2) {
    var settings =
        new Http2Settings()
            .initialWindowSize(http2.streamWindow())
            .maxFrameSize(http2.frameBytes())
            .maxHeaderListSize(limits.headBytes());
    return server
        ? settings.maxConcurrentStreams(http2.streams())
        : settings.pushEnabled(false).maxConcurrentStreams(0);
  }

  @Override
  protected T build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    return maker.make(decoder, encoder, settings);
  }
}
