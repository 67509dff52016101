package dev.ambit.cli.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs are found where PATH says, and none is waited for without end.
class ProgramsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path dir;

  @Test
  void endsWhatDoesNotEndByItself() throws Exception {
    var programs = new Programs("/usr/bin:/bin");
    var sleep = programs.find("sleep").orElseThrow().toString();
    var began = System.nanoTime();
    assertThat(programs.run(List.of(sleep, "60"), Map.of(), "", Duration.ofMillis(100))).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG);
  }

  @Test
  void findsNothingThatCannotBeRunOrIsNoAbsolutePlace() throws Exception {
    Files.writeString(dir.resolve("curl"), "no program");
    Files.createDirectory(dir.resolve("wget"));
    assertThat(new Programs(dir.toString()).find("curl")).isEmpty();
    assertThat(new Programs(dir.toString()).find("wget")).isEmpty();
    assertThat(new Programs(":.:bin").find("sh")).isEmpty();
    assertThat(new Programs("").find("sh")).isEmpty();
  }

  @Test
  void givesAProgramItsInputAndItsEnvironmentAndNoOther() throws Exception {
    var programs = new Programs("/usr/bin:/bin");
    var sh = programs.find("sh").orElseThrow().toString();
    var script = "read -r line; test \"$line $A\" = 'hello b' && test -z \"$HOME\"";
    assertThat(programs.run(List.of(sh, "-c", script), Map.of("A", "b"), "hello\n", LONG)).isTrue();
    assertThat(programs.run(List.of(sh, "-c", script), Map.of(), "hello\n", LONG)).isFalse();
  }
}
