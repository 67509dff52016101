package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.model.Body;
import io.netty.buffer.ByteBuf;

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
    var call = permit.call();
    var query = permit.query().text();
    var credential = dispatch.credential();
    Http1Text.requestLine(
        out,
        call.method(),
        query.isEmpty() ? call.path().text() : call.path().text() + "?" + query);
    Http1Text.field(out, "Host", call.authority().hostHeader());
    for (var field : permit.bound().arrival().fields()) {
      var name = field.name().toString();
      boolean ours =
          name.equalsIgnoreCase("accept-encoding")
              || (credential != null && name.equalsIgnoreCase(credential.header()));
      if (!ours) {
        Http1Text.field(out, name, field.value());
      }
    }
    for (var key : permit.keyFields()) {
      Http1Text.field(out, key.name(), key.value());
    }
    // What comes back must be readable for whoever looks for secrets in it (A127).
    Http1Text.field(out, "Accept-Encoding", "identity");
    switch (permit.body()) {
      case Body.None() -> {}
      case Body.Sized(long bytes) -> Http1Text.field(out, "Content-Length", Long.toString(bytes));
      case Body.Chunked() -> Http1Text.field(out, "Transfer-Encoding", "chunked");
    }
    if (credential != null) {
      Http1Text.name(out, credential.header());
      credential.value().writeTo(out);
      Http1Text.endOfLine(out);
    }
    Http1Text.endOfLine(out);
  }
}
