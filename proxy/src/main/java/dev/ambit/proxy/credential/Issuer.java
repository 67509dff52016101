package dev.ambit.proxy.credential;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.SessionId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/// Where credentials come from: the control plane. Every answer comes on the loop, at the latest
/// when its deadline is over; none completes exceptionally.
public interface Issuer {
  CompletionStage<Answer> issue(SessionId session, String grant, Authority authority);

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
        String header,
        Secret value,
        Duration expiresIn)
        implements Answer {}

    /// None can be had now.
    record Unavailable(String why) implements Answer {}
  }
}
