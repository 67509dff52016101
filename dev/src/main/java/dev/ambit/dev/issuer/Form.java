package dev.ambit.dev.issuer;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Parameters of a request as OAuth sends them (RFC 6749 appendix B): each at most once.
record Form(Map<String, String> parameters) {
  Form {
    parameters = Map.copyOf(parameters);
  }

  /// Nothing when a parameter is repeated or not decodable.
  static Optional<Form> parse(String body) {
    var parameters = new LinkedHashMap<String, String>();
    try {
      for (var pair : body.split("&", 64)) {
        if (pair.isEmpty()) {
          continue;
        }
        var equals = pair.indexOf('=');
        var name = decode(equals < 0 ? pair : pair.substring(0, equals));
        var value = equals < 0 ? "" : decode(pair.substring(equals + 1));
        if (parameters.put(name, value) != null) {
          return Optional.empty();
        }
      }
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
    return Optional.of(new Form(parameters));
  }

  /// Empty when it is not there.
  String text(String name) {
    return parameters.getOrDefault(name, "");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
