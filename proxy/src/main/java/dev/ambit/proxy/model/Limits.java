package dev.ambit.proxy.model;

import java.time.Duration;

/// The bounds of the data plane; every one has a test that hits it (INV-22).
///
/// @param connections agent connections at once; one more is closed as soon as it is accepted
/// @param requestLineBytes longest request line, its line end not counted
/// @param headBytes longest head of a request or response, request line included
/// @param fields most header fields of one message
/// @param trailerBytes longest trailer section
/// @param headWait from the first byte of a request to the end of its head
/// @param handshakeWait for a TLS handshake, on either side
/// @param idle how long an agent connection may carry nothing
/// @param connectWait for a connection to an upstream
/// @param answerWait from the request's last byte to the head of the answer
/// @param bodyIdle how long a request or response body of known length may stand still
/// @param bodyIdleBytes what must come of a request body in that time of waiting, unless it ends
/// @param streamIdle as `bodyIdle`, for a response body of unknown length and for a WebSocket
/// @param drainBytes request body that is read and thrown away after a refusal to keep the
///   connection; more closes it
/// @param linger how long what an agent still sends is thrown away after the last answer of its
///   connection, so that it comes to reading it
/// @param lingerIdle how long it may send nothing in that time
/// @param interim interim (1xx) responses of one exchange
/// @param pooledPerKey idle upstream connections of one session, credential and authority
/// @param pooled idle upstream connections in all
/// @param pooledIdle how long one may stay idle
/// @param judgedBytes largest request body that is held to be judged; others are streamed
/// @param judgedBodies request bodies that are held at once
/// @param http2 of that protocol alone
/// @param webSocket likewise
/// @param opaque of connections of which nothing is read
public record Limits(
    int connections,
    int requestLineBytes,
    int headBytes,
    int fields,
    int trailerBytes,
    Duration headWait,
    Duration handshakeWait,
    Duration idle,
    Duration connectWait,
    Duration answerWait,
    Duration bodyIdle,
    int bodyIdleBytes,
    Duration streamIdle,
    int drainBytes,
    Duration linger,
    Duration lingerIdle,
    int interim,
    int pooledPerKey,
    int pooled,
    Duration pooledIdle,
    int judgedBytes,
    int judgedBodies,
    Http2Limits http2,
    WebSocketLimits webSocket,
    OpaqueLimits opaque) {
  public static final Limits DEFAULT =
      new Limits(
          1_024,
          8 * 1_024,
          32 * 1_024,
          128,
          8 * 1_024,
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          128,
          Duration.ofHours(1),
          64 * 1_024,
          Duration.ofSeconds(30),
          Duration.ofSeconds(2),
          8,
          64,
          256,
          Duration.ofSeconds(30),
          256 * 1_024,
          32,
          Http2Limits.DEFAULT,
          WebSocketLimits.DEFAULT,
          OpaqueLimits.DEFAULT);

  /// Descriptors that are for something else than agents and upstreams: probes, look-ups, the
  /// control plane, the spool, classes still to be loaded.
  static final int FILES_KEPT = 64;

  /// The same with no more connections than descriptors are left for: a quarter for agents, a
  /// quarter for their upstreams, a quarter for those of further streams, a quarter for idle ones.
  public Limits within(long files) {
    int share = Math.clamp((files - FILES_KEPT) / 4, 1, Integer.MAX_VALUE);
    return new Limits(
        Math.min(connections, share),
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
        Math.min(pooledPerKey, share),
        Math.min(pooled, share),
        pooledIdle,
        judgedBytes,
        judgedBodies,
        http2.within(share),
        webSocket,
        opaque.within(share));
  }
}
