package dev.ambit.control.audit;

import java.util.List;

/// The public keys that verify receipts and checkpoints.
public interface SigningKeys {
  /// Every key that ever signed, the current one first.
  List<Published> published();

  /// One public key.
  ///
  /// @param id SHA-256 over its SubjectPublicKeyInfo, hex
  /// @param pem the key as PEM
  record Published(String id, String pem) {}
}
