package dev.ambit.dev.issuer;

import java.util.Map;

/// What an endpoint says.
///
/// @param facts the JSON body; empty: no body
record Answer(int status, Map<String, Object> facts) {
  static Answer ok(Map<String, Object> facts) {
    return new Answer(200, facts);
  }

  /// An error of RFC 6749 5.2.
  static Answer error(int status, String code, String description) {
    return new Answer(status, Map.of("error", code, "error_description", description));
  }
}
