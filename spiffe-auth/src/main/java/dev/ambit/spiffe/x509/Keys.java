package dev.ambit.spiffe.x509;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;

/// Makes the one kind of key that is used here: ECDSA on P-256.
public final class Keys {
  private Keys() {}

  public static KeyPair generate() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no P-256, which every Java must have", e);
    }
  }

  static void check(Key key) {
    if (!(key instanceof ECKey ec && ec.getParams().getOrder().bitLength() == 256)) {
      throw new IllegalArgumentException("key: " + key.getAlgorithm() + " (expected: EC P-256)");
    }
  }
}
