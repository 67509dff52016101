package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.model.CallEnd.Result;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import java.util.List;
import java.util.Optional;

/// How an admitted call ended, for its completion record; every admitted call has exactly one.
///
/// @param upstreamStatus of the final answer, 0 when there was none
/// @param bytesOut body bytes written upstream
/// @param bytesIn body bytes received from upstream
/// @param failure where it failed, when the upstream did
/// @param denial why it was not sent or was cut
public record Exchange(
    Admitted admitted,
    Result result,
    int upstreamStatus,
    long bytesOut,
    long bytesIn,
    Optional<Failure> failure,
    Optional<Denial> denial,
    List<String> notes) {
  public Exchange {
    notes = List.copyOf(notes);
  }

  /// What was admitted and never sent.
  static Exchange notSent(Admitted admitted, Denial denial) {
    return new Exchange(
        admitted, Result.NOT_SENT, 0, 0, 0, Optional.empty(), Optional.of(denial), List.of());
  }

  /// Whether nobody read what was said.
  public boolean opaque() {
    return admitted.dispatch().route().reservation().approval().permit().call().opaque();
  }
}
