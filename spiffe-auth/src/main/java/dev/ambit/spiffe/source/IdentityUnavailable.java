package dev.ambit.spiffe.source;

import org.jspecify.annotations.Nullable;

/// The Workload API gave no identity; the message says why and what to do.
public final class IdentityUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public IdentityUnavailable(String reason, @Nullable Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  @Override
  public String getMessage() {
    return reason;
  }

  /// The same, as it is thrown to one more caller.
  IdentityUnavailable again() {
    return new IdentityUnavailable(reason, this);
  }
}
