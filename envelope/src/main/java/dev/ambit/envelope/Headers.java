package dev.ambit.envelope;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What decisions ask of a call's header lines.
final class Headers {
  /// Written by the proxy whatever the agent sends, so not judged.
  private static final String ENCODING = "accept-encoding";

  private Headers() {}

  /// Whether each line is one of those named (in lower case), there once and as it must be, and
  /// none that must be there is missing.
  ///
  /// @param withKeys the agent's own keys will be sent as well
  static boolean within(Map<String, Constraint> named, Call call, boolean withKeys) {
    var keys = call.keys();
    var met = new HashSet<String>();
    return admits(named, call.fields(), met)
        && (!withKeys || keys == null || admits(named, keys.fields(), met))
        && named.entrySet().stream()
            .allMatch(each -> each.getValue().optional() || met.contains(each.getKey()));
  }

  /// Whether the call says that its body is JSON in UTF-8, in the one way that nobody takes for
  /// something else, and not encoded.
  static boolean announceJson(Call call) {
    var types = 0;
    for (var field : call.fields()) {
      if (Ascii.equalsIgnoreCase(field.name(), "content-type")) {
        types++;
        if (!json(field.value().toString().toLowerCase(Locale.ROOT))) {
          return false;
        }
      } else if (Ascii.equalsIgnoreCase(field.name(), "content-encoding")) {
        return false;
      }
    }
    return types == 1;
  }

  private static boolean admits(
      Map<String, Constraint> named, List<? extends HeaderField> fields, Set<String> met) {
    for (var field : fields) {
      var name = field.name().toString().toLowerCase(Locale.ROOT);
      var constraint = named.get(name);
      if (constraint == null || !met.add(name)) {
        if (!name.equals(ENCODING)) {
          return false;
        }
      } else if (!constraint.admits(field.value().toString())) {
        return false;
      }
    }
    return true;
  }

  /// `application/json` or `application/…+json`, alone or with `charset=utf-8`.
  private static boolean json(String type) {
    var end = type.indexOf(';');
    var media = (end < 0 ? type : type.substring(0, end)).strip();
    var parameter = end < 0 ? "" : type.substring(end + 1).strip();
    return (media.equals("application/json") || media.matches("application/[a-z0-9.-]+\\+json"))
        && (end < 0 || parameter.equals("charset=utf-8") || parameter.equals("charset=\"utf-8\""));
  }
}
