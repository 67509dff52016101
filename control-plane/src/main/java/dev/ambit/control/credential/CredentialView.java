package dev.ambit.control.credential;

import java.time.Instant;
import java.util.Optional;

/// A credential as the API shows it, without its material.
public record CredentialView(
    String id,
    String provider,
    String grant,
    String authority,
    Instant notAfter,
    Optional<ClosureOutcome> outcome,
    Optional<Instant> outcomeAt) {}
