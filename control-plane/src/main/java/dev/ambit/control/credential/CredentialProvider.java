package dev.ambit.control.credential;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One way to an issuer (credentials.md 2). Blocks, on virtual threads, within its own time-outs;
/// thread-safe. Nothing that an issuer said gets into its answers but what they are typed for.
public interface CredentialProvider {
  Capabilities capabilities();

  /// Asks the issuer for a credential, as narrow as ordered.
  ///
  /// @param subject the session's own token that it is exchanged from; null when the provider
  ///   exchanges nothing, or when that token itself is ordered
  IssueAnswer issue(Order order, @Nullable Material subject);

  /// Why what is told of a credential is more than was ordered; empty when it is not.
  Optional<String> excess(Order order, Told told);

  /// Asks the issuer to revoke. Idempotent.
  RevokeAnswer revoke(Material token);

  /// Asks the issuer whether the credential lives.
  Probe probe(Material token);

  /// What a request carries; wiped by whoever takes it.
  Injection inject(Material token);
}
