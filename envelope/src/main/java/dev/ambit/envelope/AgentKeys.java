package dev.ambit.envelope;

import java.util.List;

/// The keys that an agent brought of its own ([StripList#key]), kept apart: they go on only by a
/// grant with `agentCredentials: pass`.
///
/// @param fields the headers
/// @param query the whole query with them
public record AgentKeys(List<? extends HeaderField> fields, Query query) {
  public AgentKeys {
    fields = List.copyOf(fields);
  }
}
