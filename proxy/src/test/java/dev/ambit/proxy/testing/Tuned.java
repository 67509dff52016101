package dev.ambit.proxy.testing;

import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.OpaqueLimits;
import dev.ambit.proxy.model.WebSocketLimits;
import java.time.Duration;

/// The default limits, of which a test sets those that it wants to hit.
public final class Tuned {
  public int connections = Limits.DEFAULT.connections();
  public int requestLineBytes = Limits.DEFAULT.requestLineBytes();
  public int headBytes = Limits.DEFAULT.headBytes();
  public int fields = Limits.DEFAULT.fields();
  public int trailerBytes = Limits.DEFAULT.trailerBytes();
  public Duration headWait = Limits.DEFAULT.headWait();
  public Duration handshakeWait = Limits.DEFAULT.handshakeWait();
  public Duration idle = Limits.DEFAULT.idle();
  public Duration connectWait = Limits.DEFAULT.connectWait();
  public Duration answerWait = Limits.DEFAULT.answerWait();
  public Duration bodyIdle = Limits.DEFAULT.bodyIdle();
  public int bodyIdleBytes = Limits.DEFAULT.bodyIdleBytes();
  public Duration streamIdle = Limits.DEFAULT.streamIdle();
  public int drainBytes = Limits.DEFAULT.drainBytes();
  public Duration linger = Limits.DEFAULT.linger();
  public Duration lingerIdle = Limits.DEFAULT.lingerIdle();
  public int interim = Limits.DEFAULT.interim();
  public int pooledPerKey = Limits.DEFAULT.pooledPerKey();
  public int pooled = Limits.DEFAULT.pooled();
  public Duration pooledIdle = Limits.DEFAULT.pooledIdle();
  public int judgedBytes = Limits.DEFAULT.judgedBytes();
  public int judgedBodies = Limits.DEFAULT.judgedBodies();
  public OpaqueLimits opaque = OpaqueLimits.DEFAULT;
  public final TunedHttp2 http2 = new TunedHttp2();
  public WebSocketLimits webSocket = Limits.DEFAULT.webSocket();

  public Limits limits() {
    return new Limits(
        connections,
        requestLineBytes,
        headBytes,
        fields,
        trailerBytes,
        headWait,
        handshakeWait,
        idle,
        connectWait,
        answerWait,
        bodyIdle,
        bodyIdleBytes,
        streamIdle,
        drainBytes,
        linger,
        lingerIdle,
        interim,
        pooledPerKey,
        pooled,
        pooledIdle,
        judgedBytes,
        judgedBodies,
        http2.limits(),
        webSocket,
        opaque);
  }
}
