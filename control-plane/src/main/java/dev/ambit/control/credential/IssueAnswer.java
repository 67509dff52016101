package dev.ambit.control.credential;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What came of asking an issuer for a credential. Reasons are ours.
public sealed interface IssueAnswer {
  /// It issued one.
  ///
  /// @param token wiped by whoever takes it
  /// @param life as the issuer says; the configured longest one when it says nothing usable
  /// @param granted what the issuer says it is good for
  /// @param defect why it must not be used but revoked at once: wider than ordered, for example
  record Issued(Material token, Duration life, List<String> granted, Optional<String> defect)
      implements IssueAnswer {
    public Issued {
      granted = List.copyOf(granted);
    }
  }

  /// Surely nothing was issued: the issuer was not even asked, for a reason of ours.
  record NotAsked(String why) implements IssueAnswer {}

  /// Surely nothing was issued: the issuer said no.
  record Refused(String why) implements IssueAnswer {}

  /// Surely nothing was issued: the issuer cannot be reached, or is not up to it now.
  record Unreachable(String why) implements IssueAnswer {}

  /// Nobody knows: the request may have arrived and its answer was not understood.
  record Lost(String why) implements IssueAnswer {}
}
