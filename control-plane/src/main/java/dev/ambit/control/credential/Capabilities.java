package dev.ambit.control.credential;

import java.time.Duration;

/// What a provider can do about the credentials it issues.
///
/// @param ending how they end
/// @param exchanges whether it issues for a session's own token, which is issued first
/// @param issuer whom it asks, as https://host:port; of a standing key its file's name
/// @param lifetimeMax longest life that its issuer gives, as configured; also the longest use
/// @param propagationBound how long a revoked one may still be seen alive before the alarm
public record Capabilities(
    Ending ending,
    boolean exchanges,
    String issuer,
    Duration lifetimeMax,
    Duration propagationBound) {
  /// How the credentials of a provider end.
  public enum Ending {
    /// They are revoked, and a probe tells.
    REVOCATION,
    /// They were there before and live on.
    NONE
  }

  /// Whether each is issued for one session alone, and can be asked about.
  public boolean ownAndProbed() {
    return ending != Ending.NONE;
  }
}
