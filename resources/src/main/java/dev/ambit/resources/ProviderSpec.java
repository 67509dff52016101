package dev.ambit.resources;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Where a credential comes from, as configured.
public sealed interface ProviderSpec {
  String name();

  /// What may be asked for; a grant narrows to a subset. Empty where there is nothing to narrow.
  List<String> scopes();

  /// OAuth 2.0 client credentials (RFC 6749 4.4), exchanged if so configured (RFC 8693), with
  /// revocation (RFC 7009) and introspection (RFC 7662).
  ///
  /// @param roots a PEM file with the only authorities that may vouch for the issuer; empty: system
  ///   roots
  /// @param verifier the client that introspects; some servers tell only members of `aud`
  /// @param resource resource indicators (RFC 8707)
  /// @param audience all that may stand in `aud` of what comes; empty: `aud` is not looked at
  /// @param authorizationDetails a JSON array (RFC 9396), asked for and to be granted whole
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
      List<String> audience,
      Optional<String> authorizationDetails,
      Optional<Exchange> exchange,
      Duration lifetimeMax,
      Duration propagationBound)
      implements ProviderSpec {
    public OAuthClientCredentials {
      scopes = List.copyOf(scopes);
      resource = List.copyOf(resource);
      audience = List.copyOf(audience);
    }
  }

  /// Token exchange (RFC 8693): the session gets a token of its own, and each credential is
  /// exchanged from that.
  ///
  /// @param subjectScopes what the session's own token is asked with
  /// @param audience whom the exchanged token is for, as the issuer names it
  record Exchange(List<String> subjectScopes, List<String> audience) {
    public Exchange {
      subjectScopes = List.copyOf(subjectScopes);
      audience = List.copyOf(audience);
    }
  }

  /// A key that was there before every session and outlives it: nobody can revoke it at a session's
  /// end. Only templates that accept this may use it.
  ///
  /// @param file the key; read at each use, so that it can be rotated
  /// @param lifetimeMax how long what was read is used before it is read again
  record StandingKey(String name, Path file, Use use, Duration lifetimeMax)
      implements ProviderSpec {
    @Override
    public List<String> scopes() {
      return List.of();
    }
  }

  /// Where in a request a standing key goes.
  sealed interface Use {
    /// Into a header field.
    ///
    /// @param name lower-case
    /// @param prefix what stands before the key; may be empty
    record Header(String name, String prefix) implements Use {}

    /// `Authorization: Basic`, as the password.
    record Basic(String user) implements Use {}

    /// Into the address, which is logged everywhere: by explicit wish only.
    record Query(String name) implements Use {}
  }

  /// How a client of an issuer proves who it is. Files are read at each use, so that what is in
  /// them can be rotated.
  sealed interface Client {
    /// By a shared secret in HTTP Basic (RFC 6749 2.3.1).
    record Secret(String id, Path file) implements Client {}

    /// By an assertion signed with its own key (RFC 7523, `private_key_jwt`).
    ///
    /// @param file a private key, PKCS #8 in PEM
    /// @param keyId `kid` of the public key that the issuer knows
    /// @param audience `aud` of the assertion
    record Key(String id, Path file, String keyId, Algorithm algorithm, String audience)
        implements Client {}

    /// By the control plane's own JWT-SVID (draft-ietf-oauth-spiffe-client-auth).
    ///
    /// @param id empty where the issuer knows the client by its SPIFFE ID alone
    /// @param audience the one audience of the JWT-SVID
    record Svid(Optional<String> id, String audience) implements Client {}

    /// How an assertion is signed, by its name in JOSE.
    enum Algorithm {
      ES256,
      RS256,
      EdDSA
    }
  }
}
