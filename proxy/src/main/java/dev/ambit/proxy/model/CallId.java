package dev.ambit.proxy.model;

import dev.ambit.envelope.Ids;

/// The name of one call in records, problems and logs.
public record CallId(String value) {
  public CallId {
    Ids.check("call", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
