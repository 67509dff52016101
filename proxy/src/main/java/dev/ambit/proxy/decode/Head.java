package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Field;
import java.util.List;

/// The head of one HTTP/1 request as the strict parser read it; nothing in it is interpreted yet
/// but the framing.
///
/// @param oldVersion HTTP/1.0
/// @param expects the agent waits for a 100 (Continue) before it sends the body
/// @param closes the agent asks that the connection end after this request
/// @param opens it names WebSocket as what to switch to, so that it is an opening handshake or
///   nothing
record Head(
    String method,
    String target,
    boolean oldVersion,
    List<Field> fields,
    Body body,
    boolean expects,
    boolean closes,
    boolean opens) {
  Head {
    fields = List.copyOf(fields);
  }

  boolean isConnect() {
    return method.equals("CONNECT");
  }
}
