package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ambit.envelope.StripList;
import dev.ambit.proxy.model.Field;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Takes from a request's fields what must not be forwarded: hop-by-hop fields and what belongs to
/// an opening handshake of WebSocket, framing, Host, the session handle, the strip list, and names
/// with an underscore, which some servers read as a dash (A062).
final class FieldSieve {
  private static final int NOTES_MAX = 64;
  private static final int NOTE_CHARS_MAX = 64;

  private final List<Field> fields = new ArrayList<>();
  private final List<Field> keys = new ArrayList<>();
  private final List<String> handles = new ArrayList<>();
  private final Set<String> notes = new LinkedHashSet<>();

  private FieldSieve() {}

  static FieldSieve sift(List<Field> all) {
    var sieve = new FieldSieve();
    var hops = connectionOptions(all);
    for (var field : all) {
      sieve.take(field, field.name().toString().toLowerCase(Locale.ROOT), hops);
    }
    return sieve;
  }

  List<Field> fields() {
    return fields;
  }

  /// What carries a key of the agent's own; not among the fields.
  List<Field> keys() {
    return keys;
  }

  List<String> handles() {
    return handles;
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  void note(String note) {
    if (notes.size() < NOTES_MAX) {
      notes.add(note.length() > NOTE_CHARS_MAX ? note.substring(0, NOTE_CHARS_MAX) : note);
    }
  }

  private void take(Field field, String name, Set<String> hops) {
    switch (name) {
      case "ambit-session" -> handles.add(field.value().toString());
      case "proxy-authorization" -> proxyAuthorization(field.value().toString());
      case "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "te",
          "trailer",
          "upgrade",
          "http2-settings",
          "host",
          "content-length",
          "transfer-encoding",
          "expect",
          "sec-websocket-accept",
          "sec-websocket-extensions",
          "sec-websocket-key",
          "sec-websocket-protocol",
          "sec-websocket-version" -> {}
      default -> {
        if (name.indexOf('_') >= 0) {
          note("stripped:underscore");
        } else if (StripList.header(name)) {
          note("stripped:" + name);
          if (StripList.key(name) && !hops.contains(name)) {
            keys.add(field);
          }
        } else if (!hops.contains(name)) {
          fields.add(field);
        }
      }
    }
  }

  /// The handle is the Bearer token, or the password of Basic credentials, or their user when there
  /// is no password. What cannot be read is a handle that no session has.
  private void proxyAuthorization(String value) {
    int space = value.indexOf(' ');
    var scheme = space < 0 ? value : value.substring(0, space);
    var credentials = space < 0 ? "" : value.substring(space + 1).strip();
    if (scheme.equalsIgnoreCase("bearer")) {
      handles.add(credentials);
    } else if (scheme.equalsIgnoreCase("basic")) {
      handles.add(basic(credentials));
    } else {
      handles.add("");
    }
  }

  private static String basic(String credentials) {
    try {
      var pair = new String(Base64.getDecoder().decode(credentials), US_ASCII);
      int colon = pair.indexOf(':');
      return colon < 0
          ? ""
          : colon == pair.length() - 1 ? pair.substring(0, colon) : pair.substring(colon + 1);
    } catch (IllegalArgumentException _) {
      return "";
    }
  }

  private static Set<String> connectionOptions(List<Field> all) {
    var options = new HashSet<String>();
    for (var field : all) {
      if ("connection".equalsIgnoreCase(field.name().toString())) {
        for (var option : field.value().toString().split(",", -1)) {
          options.add(option.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    return options;
  }
}
