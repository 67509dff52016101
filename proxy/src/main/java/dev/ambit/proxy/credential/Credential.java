package dev.ambit.proxy.credential;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.SessionId;

/// Material for one session, grant and authority (INV-9). Never prints itself.
public final class Credential {
  private final String id;
  private final SessionId session;
  private final String grant;
  private final Authority authority;
  private final Carrier carrier;
  private final Secret value;
  private final long deadlineNanos;

  Credential(
      String id,
      SessionId session,
      String grant,
      Authority authority,
      Carrier carrier,
      Secret value,
      long deadlineNanos) {
    this.id = id;
    this.session = session;
    this.grant = grant;
    this.authority = authority;
    this.carrier = carrier;
    this.value = value;
    this.deadlineNanos = deadlineNanos;
  }

  public String id() {
    return id;
  }

  public SessionId session() {
    return session;
  }

  public String grant() {
    return grant;
  }

  public Authority authority() {
    return authority;
  }

  /// What of the request carries it.
  public Carrier carrier() {
    return carrier;
  }

  public Secret value() {
    return value;
  }

  /// When it must not be used any more, on the monotonic clock.
  public long deadlineNanos() {
    return deadlineNanos;
  }
}
