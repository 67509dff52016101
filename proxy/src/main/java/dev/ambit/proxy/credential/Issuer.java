package dev.ambit.proxy.credential;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.SessionId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/// Where credentials come from: the control plane. Every answer comes on the loop, at the latest
/// when its deadline is over; none completes exceptionally.
public interface Issuer {
  /// Asks for the credential of a grant at an authority.
  ///
  /// @param rejected id of the credential that an upstream rejected, to get another one in its
  ///   place; empty: whichever is current
  CompletionStage<Answer> issue(
      SessionId session, String grant, Authority authority, String rejected);

  /// What the issuer says.
  sealed interface Answer {
    /// A credential as it came, not yet checked.
    ///
    /// @param value whoever takes the answer wipes it or keeps it
    /// @param expiresIn from the sending of the question, so never longer than it lives
    record Issued(
        String id,
        String session,
        String grant,
        String authority,
        Carrier carrier,
        Secret value,
        Duration expiresIn)
        implements Answer {}

    /// None can be had now.
    record Unavailable(String why) implements Answer {}
  }
}
