package dev.ambit.control.credential;

import dev.ambit.control.session.StoredSession;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.SessionId;
import java.time.Instant;
import java.util.List;

/// Issues credentials for proxies and remembers each until its death is settled.
public interface Broker {
  /// Returns the current credential of (session, grant, authority, proxy), issuing one when there
  /// is none that lives long enough. Checks that what came back is no wider than what was asked,
  /// and that a probe says ALIVE, before it hands anything over. Blocks; single flight per key.
  ///
  /// @param rejected id of the credential that an upstream rejected: if it is still the current
  ///   one, another is issued in its place; empty: the current one will do
  Answer issue(
      StoredSession session, Grant grant, Authority authority, String proxyId, String rejected);

  /// Every credential ever asked for in the session, oldest first.
  List<CredentialView> credentials(SessionId session);

  /// What the proxy is told.
  sealed interface Answer {
    /// A credential, to be wiped by the receiver.
    record Issued(String credentialId, Injection injection, Instant notAfter) implements Answer {}

    /// None, and why: ours, without anything the issuer said.
    record Unavailable(String detail) implements Answer {}
  }
}
