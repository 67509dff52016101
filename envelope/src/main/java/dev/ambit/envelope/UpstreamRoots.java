package dev.ambit.envelope;

/// Which certificate authorities may vouch for a target.
public sealed interface UpstreamRoots {
  /// The proxy's system roots.
  record SystemRoots() implements UpstreamRoots {}

  /// Only these, as PEM certificates.
  record Bundle(String pem) implements UpstreamRoots {}
}
