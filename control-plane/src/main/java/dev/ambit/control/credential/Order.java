package dev.ambit.control.credential;

import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.SessionId;

/// What an issuer is asked for.
///
/// @param grant name of the grant
/// @param reference how narrow it must be
public record Order(SessionId session, String grant, CredentialRef reference) {}
