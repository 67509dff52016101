package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Ran;

/// What the API server said to an attempt.
record Tried(Ran ran) {
  /// Why not; empty when it was taken.
  String refusal() {
    return ran.exit() == 0 ? "" : ran.err();
  }

  /// It was taken.
  void permitted() {
    assertThat(refusal()).isEmpty();
  }

  /// It was refused by this policy, in words that name a field, its value and what to write.
  ///
  /// @param policy as `v03-user`
  /// @param field what the message begins with
  void deniedBy(String policy, String field) {
    assertThat(refusal())
        .contains("'ambit-" + policy + "'")
        .contains("denied request: ")
        .contains(field)
        .containsPattern("\\(expected: .+\\)");
  }
}
