package dev.ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every seed holds, and some seconds of fuzzing find nothing: the same inputs with every run, so
/// that a change is not blamed for what it has nothing to do with. `./ambit fuzz --minutes N` tries
/// others, for longer.
class FuzzTest {
  private static final Path HOME = Path.of("");
  private static final Duration SHORT = Duration.ofSeconds(5);

  @ParameterizedTest
  @EnumSource
  void everySeedKeepsTheLaws(Target target) throws IOException {
    var seeds = 0;
    try (var files = Files.list(HOME.resolve("corpus").resolve(target.folder()))) {
      for (var seed : files.toList()) {
        target.check(Files.readAllBytes(seed));
        seeds++;
      }
    }
    assertThat(seeds).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void someSecondsOfFuzzingFindNothing(Target target) throws Exception {
    var pulses = new ArrayList<String>();
    var run = new FuzzRun(HOME);
    var result =
        run.run(
            target,
            SHORT,
            1,
            line -> {
              if (line.startsWith("#") && line.contains(" cov: ")) {
                pulses.add(line);
              }
            });
    assertThat(result.ran()).as(String.join("\n", result.last())).isTrue();
    assertThat(result.found())
        .as(result.input() + "\n" + String.join("\n", result.last()))
        .isFalse();
    // Without coverage it would be blind.
    assertThat(pulses).isNotEmpty();
  }

  @Test
  void noFindingWaitsForItsRegressionTest() {
    assertThat(HOME.resolve("findings"))
        .satisfiesAnyOf(
            findings -> assertThat(findings).doesNotExist(),
            findings -> assertThat(findings).isEmptyDirectory());
  }
}
