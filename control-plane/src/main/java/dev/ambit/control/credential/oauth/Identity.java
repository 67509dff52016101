package dev.ambit.control.credential.oauth;

import dev.ambit.spiffe.source.IdentityUnavailable;

/// The control plane's own identity, as it shows it to issuers.
public interface Identity {
  /// A JWT-SVID for exactly this audience.
  String jwtSvid(String audience) throws IdentityUnavailable;
}
