package dev.ambit.control.credential;

/// One way to an issuer (credentials.md 2). Blocks, on virtual threads, within its own time-outs;
/// thread-safe. Nothing that an issuer said gets into its answers but what they are typed for.
public interface CredentialProvider {
  Capabilities capabilities();

  /// Asks the issuer for a credential, as narrow as ordered.
  IssueAnswer issue(Order order);

  /// Asks the issuer to revoke. Idempotent.
  RevokeAnswer revoke(Material token);

  /// Asks the issuer whether the credential lives.
  Probe probe(Material token);

  /// What a request carries; wiped by whoever takes it.
  Injection inject(Material token);
}
