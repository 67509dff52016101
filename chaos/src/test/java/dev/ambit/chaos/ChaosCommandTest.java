package dev.ambit.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Shell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The command refuses what nobody meant before anything is started, and says how it is meant.
class ChaosCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--seed 1",
        "--minutes 1",
        "--seed x --minutes 1",
        "--seed 1 --minutes 0",
        "--seed 1 --minutes 1441",
        "--seed 1 --minutes 1 --fault F99",
        "--seed 1 --minutes 1 --crowd 241",
        "--seed 1 --minutes 1 more"
      })
  void refusesWhatNobodyMeant(String words) {
    assertThat(run(words)).isEqualTo(ExitCode.USAGE.number());
    assertThat(err.toString()).startsWith("ambit: ").contains("see: ambit chaos --help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void helpsWithExamplesAndExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("ambit chaos --seed 1 --minutes 10", "-o json", "F01", "F26", "wrong usage");
  }

  private int run(String words) {
    var shell =
        new Shell(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false,
            false,
            Map.of(),
            Path.of("/nowhere"),
            InstantSource.system());
    return ChaosMain.commandLine(shell).execute(words.isEmpty() ? new String[0] : words.split(" "));
  }
}
