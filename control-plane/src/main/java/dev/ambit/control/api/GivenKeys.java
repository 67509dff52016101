package dev.ambit.control.api;

import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Hands one key manager to a server that asks for a factory. The manager chooses anew in every
/// handshake, so a rotated certificate needs no new server.
final class GivenKeys extends KeyManagerFactory {
  GivenKeys(X509ExtendedKeyManager keys) {
    super(new Given(keys), null, "SVID");
  }

  private static final class Given extends KeyManagerFactorySpi {
    private final X509ExtendedKeyManager keys;

    Given(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

    @Override
    protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {keys};
    }
  }
}
