package dev.ambit.dev.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.cli.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Children report, and do not outlive their parent.
class ChildTest {
  @TempDir private Path folder;

  @Test
  void endsWhenItsParentIsGone() throws IOException, InterruptedException {
    var child = Child.start("sleeper", Sleeper.class, List.of("number=42"), folder, false);
    assertThat(child.ready()).containsEntry("number", 42);
    // What the system does when the parent dies, however it dies.
    child.process().getOutputStream().close();
    assertThat(child.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(child.process().exitValue()).isZero();
  }

  @Test
  void aChildThatCannotStartIsExplainedByTheEndOfItsLog() {
    var child = Child.start("sleeper", Sleeper.class, List.of("nonsense"), folder, false);
    assertThatThrownBy(child::ready)
        .isInstanceOf(Failure.class)
        .hasMessageContaining("sleeper: ended with exit code 1")
        .hasMessageContaining("argument: nonsense (expected: name=value)");
  }

  /// Serves nothing, until it is told to end.
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] words) throws InterruptedException {
      Lifeline.hold();
      Ready.tell(java.util.Map.of("number", Settings.of(words).number("number")));
      new CountDownLatch(1).await();
    }
  }
}
