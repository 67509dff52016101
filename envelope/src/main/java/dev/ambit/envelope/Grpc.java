package dev.ambit.envelope;

import java.util.List;

/// What of gRPC can be told from the head of a request (gRPC over HTTP/2).
public final class Grpc {
  private static final String CONTENT_TYPE = "application/grpc";

  private Grpc() {}

  /// Whether these fields are those of a gRPC call: exactly one `Content-Type`, which is
  /// `application/grpc`, with a `+` and a format or with parameters. gRPC-Web is another protocol.
  public static boolean asked(List<? extends HeaderField> fields) {
    CharSequence type = null;
    for (int i = 0; i < fields.size(); i++) {
      var field = fields.get(i);
      if (Ascii.equalsIgnoreCase(field.name(), "content-type")) {
        if (type != null) {
          return false;
        }
        type = field.value();
      }
    }
    return type != null && isGrpc(type);
  }

  private static boolean isGrpc(CharSequence type) {
    int length = CONTENT_TYPE.length();
    return Ascii.agree(type, CONTENT_TYPE, length)
        && (type.length() == length || "+; \t".indexOf(type.charAt(length)) >= 0);
  }
}
