package dev.ambit.proxy.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;

/// The pod's own certificate authority: its key stays in the private directory (0400) for the life
/// of the pod, its certificate is what the agent trusts.
public final class PodAuthority {
  private final X509Certificate certificate;

  PodAuthority(X509Certificate certificate) {
    this.certificate = certificate;
  }

  /// Reads the authority kept in `privateDir`, or makes one there.
  public static PodAuthority open(Path privateDir, InstantSource clock) throws IOException {
    throw new UnsupportedOperationException(privateDir + " " + clock);
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /// Writes `ca.pem` and `bundle.pem` (the system roots and the CA), for the agent to read.
  public void publish(Path trustDir) throws IOException {
    throw new UnsupportedOperationException(trustDir.toString());
  }
}
