package dev.ambit.control.credential;

import java.time.Instant;
import java.util.Optional;

/// A credential as the API shows it, without its material.
///
/// @param grant empty: the session's own token, which others are exchanged from
/// @param parent id of the one that it was exchanged from
/// @param notAfter when it dies by itself
/// @param outcome empty while it is in use; `Unproven` from its retirement until it is settled
/// @param outcomeAt when the outcome was settled or last changed
/// @param detail why, in one sentence of ours; may be empty
public record CredentialView(
    String id,
    String provider,
    String grant,
    String authority,
    Optional<String> parent,
    Instant notAfter,
    Optional<ClosureOutcome> outcome,
    Optional<Instant> outcomeAt,
    String detail) {}
