package dev.ambit.control.lifecycle;

import dev.ambit.control.session.StoredSession;
import dev.ambit.envelope.Envelope;
import dev.ambit.resources.Policy;
import java.time.Duration;
import java.util.Optional;

/// Tells whether a Policy still allows a frozen envelope. Pure.
final class PolicyCheck {
  private PolicyCheck() {}

  /// Why it does not, if so.
  static Optional<String> violation(StoredSession session, Envelope envelope, Policy policy) {
    var life = Duration.between(session.openedAt(), session.expiresAt());
    if (life.compareTo(policy.maxTtl()) > 0) {
      return Optional.of(
          "maxTtl: "
              + OrderCheck.seconds(life)
              + " (expected: at most "
              + OrderCheck.seconds(policy.maxTtl())
              + ")");
    }
    return envelope.targets().stream()
        .filter(target ->
            target.hosts().stream()
                .anyMatch(host -> policy.neverTargets().stream().anyMatch(host::overlaps)))
        .findFirst()
        .map(target -> "neverTargets: " + target.name() + " (expected: no such target)");
  }
}
