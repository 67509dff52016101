package dev.ambit.envelope;

/// Which certificate authorities may vouch for a target.
public sealed interface UpstreamRoots {
  /// The proxy's system roots.
  record SystemRoots() implements UpstreamRoots {}

  /// Only these, as PEM certificates: 1 to 65536 characters of ASCII.
  record Bundle(String pem) implements UpstreamRoots {
    private static final int PEM_MAX = 65_536;

    public Bundle {
      var ascii = pem.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
      if (pem.isEmpty() || pem.length() > PEM_MAX || !ascii) {
        throw new IllegalArgumentException("bundle: no PEM (expected: 1 to 65536 characters)");
      }
    }
  }
}
