package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.WebSocketOffer;
import dev.ambit.proxy.websocket.Handshake;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/// Reads the head of a request that opens a WebSocket (RFC 6455 4.2.1), or says why it opens none:
/// what names WebSocket in its Upgrade is such a request or is refused. Pure.
final class Opening {
  private Opening() {}

  /// Whether a value of Upgrade names WebSocket, be it among others.
  static boolean named(String upgrade) {
    return options(upgrade).contains(Handshake.TOKEN);
  }

  static WebSocketOffer of(Head head) throws Refused {
    if (!head.method().equals("GET") || head.oldVersion() || !(head.body() instanceof Body.None)) {
      throw Refused.malformed("A WebSocket is opened by a GET of HTTP/1.1 without a body.");
    }
    if (!one(head, "upgrade").equalsIgnoreCase(Handshake.TOKEN)
        || values(head, "connection").stream().noneMatch(v -> options(v).contains("upgrade"))) {
      throw Refused.malformed("Upgrade and Connection do not say that it is WebSocket alone.");
    }
    if (!one(head, "sec-websocket-version").equals(Handshake.VERSION)) {
      throw Refused.malformed("Sec-WebSocket-Version is not 13.");
    }
    var key = one(head, "sec-websocket-key");
    if (!Handshake.isKey(key)) {
      throw Refused.malformed("Sec-WebSocket-Key is not 16 bytes in base64.");
    }
    return new WebSocketOffer(key, protocols(head));
  }

  /// What of the handshake a grant can ask about, and what the record says of it.
  static void judged(WebSocketOffer offer, FieldSieve kept) {
    kept.note("websocket");
    if (!offer.protocols().isEmpty()) {
      kept.fields().add(new Field("Sec-WebSocket-Protocol", String.join(", ", offer.protocols())));
    }
  }

  /// Nobody may send anything behind it before it is answered (RFC 6455 4.1): it would be frames to
  /// one reader and a request to another.
  static Refused behind() {
    return Refused.malformed("Bytes behind a request for WebSocket, before it was answered.");
  }

  private static List<String> protocols(Head head) throws Refused {
    var offered = new LinkedHashSet<String>();
    for (var value : values(head, "sec-websocket-protocol")) {
      for (var protocol : value.split(",", -1)) {
        var name = protocol.strip();
        if (name.isEmpty() || !Ascii.token(name) || !offered.add(name)) {
          throw Refused.malformed("Sec-WebSocket-Protocol is not a list of different names.");
        }
      }
    }
    return List.copyOf(offered);
  }

  private static String one(Head head, String name) throws Refused {
    var values = values(head, name);
    if (values.size() != 1) {
      throw Refused.malformed("To open a WebSocket takes exactly one " + name + ".");
    }
    return values.getFirst();
  }

  private static List<String> values(Head head, String name) {
    var values = new ArrayList<String>();
    for (var field : head.fields()) {
      if (name.equalsIgnoreCase(field.name().toString())) {
        values.add(field.value().toString());
      }
    }
    return values;
  }

  private static List<String> options(String value) {
    var options = new ArrayList<String>();
    for (var option : value.split(",", -1)) {
      options.add(option.strip().toLowerCase(Locale.ROOT));
    }
    return options;
  }
}
