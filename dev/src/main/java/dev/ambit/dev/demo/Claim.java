package dev.ambit.dev.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One thing that Ambit promises, and whether it was seen to hold.
///
/// @param evidence one sentence, from the records of the issuer and the upstream
public record Claim(String name, boolean held, String evidence) {
  /// Every claim, in the order in which they are shown.
  public static final List<String> NAMES =
      List.of(
          "permit",
          "denial",
          "budget",
          "session_end",
          "stream_cut",
          "death_proven",
          "replay_refused",
          "lying_issuer",
          "receipt");

  Map<String, Object> facts() {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("name", name);
    facts.put("held", held);
    facts.put("evidence", evidence);
    return facts;
  }
}
