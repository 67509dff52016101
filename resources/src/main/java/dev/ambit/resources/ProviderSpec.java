package dev.ambit.resources;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Where a credential comes from, as configured.
public sealed interface ProviderSpec {
  String name();

  /// OAuth 2.0 client credentials (RFC 6749 4.4) with revocation (RFC 7009) and introspection (RFC
  /// 7662).
  ///
  /// @param roots a PEM file with the only authorities that may vouch for the issuer; empty: system
  ///   roots
  /// @param verifier the client that introspects; some servers tell only members of `aud`
  /// @param scopes what may be asked for; a grant narrows to a subset
  /// @param lifetimeMax cap on what is believed of expires_in
  /// @param propagationBound how long a revoked token may still be seen alive before the alarm
  record OAuthClientCredentials(
      String name,
      URI tokenEndpoint,
      URI revocationEndpoint,
      URI introspectionEndpoint,
      Optional<Path> roots,
      Client client,
      Client verifier,
      List<String> scopes,
      List<URI> resource,
      Duration lifetimeMax,
      Duration propagationBound)
      implements ProviderSpec {
    public OAuthClientCredentials {
      scopes = List.copyOf(scopes);
      resource = List.copyOf(resource);
    }
  }

  /// A client and the file that holds its secret; read at each use, so that it can be rotated.
  record Client(String id, Path secretFile) {}
}
