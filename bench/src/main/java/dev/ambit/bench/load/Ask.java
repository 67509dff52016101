package dev.ambit.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;

/// One request, written once and sent many times.
///
/// @param type of the body, empty where there is none
/// @param bytes of the body
/// @param expected status of the answer
public record Ask(String method, String path, String type, int bytes, int expected) {
  /// What the agent holds instead of a credential; no origin may ever see it.
  public static final String PLACEHOLDER = "Bearer of-the-agent";

  /// The sample of RFC 6455 1.3.
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private static final int SWITCHING = 101;
  private static final int OK = 200;
  private static final int FORBIDDEN = 403;

  public static Ask get(String path) {
    return new Ask("GET", path, "", 0, OK);
  }

  public static Ask post(String path, int bytes) {
    return new Ask("POST", path, "application/octet-stream", bytes, OK);
  }

  /// The opening of a WebSocket.
  public static Ask socket(String path) {
    return new Ask("GET", path, "", 0, SWITCHING);
  }

  /// A call of gRPC, by HTTP/2 alone.
  ///
  /// @param method `package.Service/Method`
  public static Ask rpc(String method) {
    return new Ask("POST", "/" + method, "application/grpc", 0, OK);
  }

  /// A call that no grant permits.
  public static Ask refused(String path) {
    return new Ask("GET", path, "", 0, FORBIDDEN);
  }

  byte[] written(Door door) {
    var text =
        new StringBuilder()
            .append(method)
            .append(' ')
            .append(path)
            .append(" HTTP/1.1\r\nHost: ")
            .append(door.authority())
            .append("\r\nUser-Agent: ambit-bench\r\nAccept: */*\r\nAuthorization: ")
            .append(PLACEHOLDER)
            .append("\r\n");
    if (expected == SWITCHING) {
      text.append("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
          .append("Sec-WebSocket-Key: ")
          .append(KEY)
          .append("\r\n");
    }
    if (bytes > 0) {
      text.append("Content-Type: ")
          .append(type)
          .append("\r\nContent-Length: ")
          .append(bytes)
          .append("\r\n");
    }
    var written = new ByteArrayOutputStream();
    written.writeBytes(text.append("\r\n").toString().getBytes(US_ASCII));
    written.writeBytes(new byte[bytes]);
    return written.toByteArray();
  }

  /// The same as a head of HTTP/2.
  Http2Headers head(Door door) {
    var head =
        new DefaultHttp2Headers()
            .method(method)
            .scheme("https")
            .authority(door.authority())
            .path(path);
    head.set(HttpHeaderNames.USER_AGENT, "ambit-bench")
        .set(HttpHeaderNames.ACCEPT, "*/*")
        .set(HttpHeaderNames.AUTHORIZATION, PLACEHOLDER);
    if (!type.isEmpty()) {
      head.set(HttpHeaderNames.CONTENT_TYPE, type)
          .set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
    }
    return head;
  }
}
