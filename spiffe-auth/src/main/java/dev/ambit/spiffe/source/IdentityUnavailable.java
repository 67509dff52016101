package dev.ambit.spiffe.source;

import org.jspecify.annotations.Nullable;

/// The Workload API gave no identity; the message says why and what to do.
public final class IdentityUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  public IdentityUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
