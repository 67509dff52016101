package dev.ambit.control.credential;

import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.SessionId;
import java.util.Collections;
import java.util.TreeMap;

/// What an issuer is asked for.
///
/// @param grant name of the grant; empty: the session's own token, for nothing but to be exchanged
/// @param reference how narrow it must be
public record Order(SessionId session, String grant, CredentialRef reference) {
  /// The session's own token, which credentials of this provider are exchanged from.
  public static Order subject(SessionId session, String provider) {
    return new Order(
        session, "", new CredentialRef(provider, new TreeMap<>(Collections.emptyMap())));
  }

  public boolean forSubject() {
    return grant.isEmpty();
  }
}
