package dev.ambit.proxy.trust;

import java.security.cert.X509Certificate;
import java.util.List;

/// The certificate authorities of this machine: the bundle file of the system, else those of the
/// JDK.
public final class SystemRoots {
  private SystemRoots() {}

  public static List<X509Certificate> load() {
    throw new UnsupportedOperationException();
  }
}
