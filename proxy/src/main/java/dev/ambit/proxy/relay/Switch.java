package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.WebSocketOffer;
import dev.ambit.proxy.websocket.Handshake;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says whether a 101 agrees to exactly the WebSocket that was asked for (RFC 6455 4.1). Pure.
final class Switch {
  static final int STATUS = 101;

  private Switch() {}

  /// The answer for the agent; null where the upstream agrees to something else.
  static @Nullable Answer of(HttpResponse response, WebSocketOffer offer) {
    var headers = response.headers();
    boolean plain =
        response.decoderResult().isSuccess()
            && response.protocolVersion().equals(HttpVersion.HTTP_1_1)
            && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    boolean switches =
        one(headers.getAll(HttpHeaderNames.UPGRADE)).equalsIgnoreCase(Handshake.TOKEN)
            && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
    boolean understands =
        one(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))
            .equals(Handshake.accept(offer.key()));
    var chosen = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    boolean chosenOfOffered =
        chosen.isEmpty() || (chosen.size() == 1 && offer.protocols().contains(chosen.getFirst()));
    boolean extended = headers.contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
    return plain && switches && understands && chosenOfOffered && !extended
        ? new Answer(STATUS, Answer.fields(response), -1, false, false, true)
        : null;
  }

  private static String one(List<String> values) {
    return values.size() == 1 ? values.getFirst() : "";
  }
}
