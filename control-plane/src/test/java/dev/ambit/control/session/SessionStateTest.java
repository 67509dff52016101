package dev.ambit.control.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// The one table of legal moves.
class SessionStateTest {
  @Test
  void knowsTheseMovesAndNoOthers() {
    var moves = new ArrayList<String>();
    for (var from : SessionState.values()) {
      for (var to : SessionState.values()) {
        if (from.mayBecome(to)) {
          moves.add(from + " " + from.to(to));
        }
      }
    }
    assertThat(moves)
        .containsExactly(
            "ACTIVE SUSPENDED",
            "ACTIVE CLOSING",
            "SUSPENDED ACTIVE",
            "SUSPENDED CLOSING",
            "CLOSING CLOSED");
  }

  @Test
  void refusesToReopenByName() {
    assertThatIllegalStateException()
        .isThrownBy(() -> SessionState.CLOSING.to(SessionState.ACTIVE))
        .withMessage("state: ACTIVE (expected: [CLOSED])");
  }
}
