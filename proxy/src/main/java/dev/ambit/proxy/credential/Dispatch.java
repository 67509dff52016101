package dev.ambit.proxy.credential;

import dev.ambit.proxy.resolve.Route;
import org.jspecify.annotations.Nullable;

/// The call with what the agent may not see.
public final class Dispatch {
  private final Route route;
  private final @Nullable Credential credential;

  Dispatch(Route route, @Nullable Credential credential) {
    this.route = route;
    this.credential = credential;
  }

  public Route route() {
    return route;
  }

  /// What is injected; null when the grant has none.
  public @Nullable Credential credential() {
    return credential;
  }
}
