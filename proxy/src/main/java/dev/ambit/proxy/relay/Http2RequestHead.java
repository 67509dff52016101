package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.credential.Carrier;
import dev.ambit.proxy.credential.Credential;
import dev.ambit.proxy.http2.NeverIndexed;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.scope.Permit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The head of the request as it was judged (INV-6), in HTTP/2, the credential last, in place of
/// any field of that name, and in no table of HPACK (INV-9).
final class Http2RequestHead {
  private static final int HEAP_BYTES = 4 * 1_024;

  private Http2RequestHead() {}

  /// Hands the head to `writer`, who encodes it before it returns; what of it is secret is wiped
  /// then.
  static void write(
      Admitted admitted,
      boolean takesTrailers,
      NeverIndexed neverIndexed,
      Consumer<Http2Headers> writer) {
    var permit = admitted.dispatch().route().reservation().approval().permit();
    var credential = admitted.dispatch().credential();
    var secret = credential == null ? null : secret(permit, credential);
    var value = secret == null ? null : new AsciiString(secret, false);
    try {
      neverIndexed.secret(value);
      writer.accept(head(admitted, permit, credential, value, takesTrailers));
    } finally {
      neverIndexed.secret(null);
      if (secret != null) {
        Arrays.fill(secret, (byte) 0);
      }
    }
  }

  private static Http2Headers head(
      Admitted admitted,
      Permit permit,
      @Nullable Credential credential,
      @Nullable AsciiString secret,
      boolean takesTrailers) {
    var call = permit.call();
    var carrier = credential == null ? null : credential.carrier();
    var head =
        new DefaultHttp2Headers()
            .method(call.method())
            .scheme(call.authority().scheme().text())
            .authority(call.authority().hostHeader());
    if (secret != null && carrier instanceof Carrier.QueryParameter) {
      head.path(secret);
    } else {
      head.path(target(permit));
    }
    RequestFields.each(
        admitted, (name, field) -> head.add(AsciiString.of(name).toLowerCase(), field));
    if (takesTrailers) {
      head.add("te", "trailers");
    }
    if (permit.body() instanceof Body.Sized(long bytes)) {
      head.add("content-length", Long.toString(bytes));
    }
    if (secret != null && carrier instanceof Carrier.Header header) {
      head.add(header.name(), secret);
    }
    return head;
  }

  private static String target(Permit permit) {
    var path = permit.call().path().text();
    var query = permit.query().text();
    return query.isEmpty() ? path : path + "?" + query;
  }

  /// The value of the field that holds the credential: that of its own, or the whole target, at
  /// whose end it stands. Whoever takes it wipes it.
  private static byte[] secret(Permit permit, Credential credential) {
    // Of a size that need not grow: growing would leave a copy behind.
    var out = Unpooled.buffer(HEAP_BYTES);
    try {
      if (credential.carrier() instanceof Carrier.QueryParameter(String name)) {
        ParameterTarget.before(permit, name, out);
      }
      credential.value().writeTo(out);
      return bytes(out);
    } finally {
      out.setZero(0, out.capacity());
      out.release();
    }
  }

  private static byte[] bytes(ByteBuf from) {
    var bytes = new byte[from.readableBytes()];
    from.readBytes(bytes);
    return bytes;
  }
}
