package dev.ambit.control.credential;

import java.time.Duration;

/// What a provider can do about the credentials it issues.
///
/// @param revocable false: they end by their own expiry alone
/// @param lifetimeMax longest life that its issuer gives, as configured; also the longest use
/// @param propagationBound how long a revoked one may still be seen alive before the alarm
public record Capabilities(boolean revocable, Duration lifetimeMax, Duration propagationBound) {}
