package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.respond.Reply;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The fields of an answer of our own, its framing left out.
final class Problems {
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Problems() {}

  static List<Field> fields(Reply reply) {
    var fields = new ArrayList<Field>();
    fields.add(new Field("Content-Type", "application/problem+json"));
    fields.add(new Field("Cache-Control", "no-store"));
    if (reply.retryAfterSeconds() > 0) {
      fields.add(new Field("Retry-After", Integer.toString(reply.retryAfterSeconds())));
    }
    if (reply.status() == METHOD_NOT_ALLOWED) {
      fields.add(new Field("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    }
    return fields;
  }

  /// Of a gRPC call that is refused: all that is said stands in one head, which is the end (gRPC
  /// over HTTP/2, Trailers-Only).
  static List<Field> grpc(Reply reply) {
    var fields = new ArrayList<Field>();
    fields.add(new Field("content-type", "application/grpc"));
    fields.add(new Field("grpc-status", Integer.toString(reply.grpc().code())));
    fields.add(new Field("grpc-message", percentEncoded(reply.grpc().message())));
    fields.add(new Field("ambit-reason", reply.grpc().reason()));
    fields.add(new Field("ambit-decision", reply.grpc().decision()));
    return fields;
  }

  /// What is visible ASCII, and spaces, stand for themselves.
  private static String percentEncoded(String message) {
    var encoded = new StringBuilder();
    for (byte each : message.getBytes(UTF_8)) {
      if (each >= ' ' && each < 0x7f && each != '%') {
        encoded.append((char) each);
      } else {
        encoded.append('%').append(HEX.toHexDigits(each));
      }
    }
    return encoded.toString();
  }
}
