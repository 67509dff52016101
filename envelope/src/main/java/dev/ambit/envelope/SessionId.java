package dev.ambit.envelope;

/// The name of one session: 26 characters of Crockford base32, as [Ids] makes them.
public record SessionId(String value) {
  public SessionId {
    Ids.check("session", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
