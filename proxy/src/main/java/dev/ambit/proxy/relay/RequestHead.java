package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.credential.Carrier;
import dev.ambit.proxy.credential.Credential;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.scope.Permit;
import dev.ambit.proxy.websocket.Handshake;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Writes the head of the request as it was judged (INV-6), the credential last, in place of any
/// field of that name (INV-9).
final class RequestHead {
  private RequestHead() {}

  /// Fills `out` and returns it; releases it when that fails.
  static ByteBuf of(Admitted admitted, ByteBuf out) {
    var whole = false;
    try {
      write(out, admitted);
      whole = true;
      return out;
    } finally {
      if (!whole) {
        out.release();
      }
    }
  }

  private static void write(ByteBuf out, Admitted admitted) {
    var dispatch = admitted.dispatch();
    var permit = dispatch.route().reservation().approval().permit();
    var credential = dispatch.credential();
    var carrier = credential == null ? null : credential.carrier();
    requestLine(out, permit, credential);
    Http1Text.field(out, "Host", permit.call().authority().hostHeader());
    RequestFields.each(admitted, (name, value) -> Http1Text.field(out, name, value));
    var offer = permit.bound().arrival().webSocket();
    if (offer != null) {
      Http1Text.field(out, "Connection", "Upgrade");
      Http1Text.field(out, "Upgrade", Handshake.TOKEN);
      Http1Text.field(out, "Sec-WebSocket-Version", Handshake.VERSION);
      Http1Text.field(out, "Sec-WebSocket-Key", offer.key());
    }
    switch (permit.body()) {
      case Body.None() -> {}
      case Body.Sized(long bytes) -> Http1Text.field(out, "Content-Length", Long.toString(bytes));
      case Body.Chunked() -> Http1Text.field(out, "Transfer-Encoding", "chunked");
    }
    if (credential != null && carrier instanceof Carrier.Header header) {
      Http1Text.name(out, header.name());
      credential.value().writeTo(out);
      Http1Text.endOfLine(out);
    }
    Http1Text.endOfLine(out);
  }

  /// A parameter that carries the credential stands last, in place of all of that name.
  private static void requestLine(ByteBuf out, Permit permit, @Nullable Credential credential) {
    var method = permit.call().method();
    var path = permit.call().path().text();
    if (credential == null
        || !(credential.carrier() instanceof Carrier.QueryParameter(String name))) {
      var query = permit.query().text();
      Http1Text.requestLine(out, method, query.isEmpty() ? path : path + "?" + query);
    } else {
      Http1Text.requestLine(out, method, "");
      ParameterTarget.before(permit, name, out);
      credential.value().writeTo(out);
    }
    Http1Text.endOfRequestLine(out);
  }
}
