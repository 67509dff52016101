package dev.ambit.control.caller;

import java.util.Set;

/// Asks a cluster whose token it is.
@FunctionalInterface
public interface TokenReviews {
  /// Blocks until the answer is there.
  Review review(String token);

  /// What the cluster says.
  sealed interface Review {
    /// A ServiceAccount's, for the audience of this program.
    ///
    /// @param groups that the cluster counts it among
    record Account(String namespace, String name, Set<String> groups) implements Review {
      public Account {
        groups = Set.copyOf(groups);
      }
    }

    /// Nobody's, or not for this program.
    record Refused(String why) implements Review {}

    /// No answer could be had.
    record Away(String why) implements Review {}
  }
}
