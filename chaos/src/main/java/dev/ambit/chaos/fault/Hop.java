package dev.ambit.chaos.fault;

/// What a fault disturbs, so that the judge grants its consequences and no others.
public enum Hop {
  /// The control plane, its store, or the way between it and the proxies.
  CONTROL,
  /// A proxy itself.
  PROXY,
  /// The clock by which a proxy dates its records.
  CLOCK,
  /// The issuer, or the way to it.
  ISSUER,
  /// The upstream, or the way to it.
  UPSTREAM,
  /// Where identities come from.
  IDENTITY
}
