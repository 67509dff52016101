package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/// What every command owes whoever types it.
class UsageTest {
  @Test
  void everyCommandHasExamplesAndSaysItsExitCodes() {
    for (var line : all(root())) {
      var help = line.getUsageMessage();
      assertThat(help)
          .as(line.getCommandSpec().qualifiedName())
          .contains("Examples:", "Exit codes:", "--help");
      assertThat(help.lines()).allMatch(text -> text.length() <= 130);
    }
  }

  @Test
  void everyCommandAnswersHelpWithZero() {
    for (var line : all(root())) {
      assertThat(line.execute("--help")).isZero();
    }
  }

  @Test
  void aCommandTypedWronglyExitsWithTwoAndPointsToItsHelp() throws IOException {
    try (var controlPlane = new FakeControlPlane()) {
      var typed = Typed.type(controlPlane, "session", "open", "--template", "x");
      assertThat(typed.exit()).isEqualTo(2);
      assertThat(typed.out()).isEmpty();
      assertThat(typed.err())
          .isEqualTo(
              "ambit: Missing required option: '--workload=SPIFFE-ID'\n       see: ambit session open --help\n");
    }
  }

  @Test
  void aGroupWithoutACommandListsWhatThereIs() throws IOException {
    try (var controlPlane = new FakeControlPlane()) {
      var typed = Typed.type(controlPlane, "session");
      assertThat(typed.exit()).isEqualTo(2);
      assertThat(typed.err()).contains("  open ", "  close ", "Missing command after 'session'");
    }
  }

  @Test
  void anAccessDirectoryThatIsNotThereIsNamed(@org.junit.jupiter.api.io.TempDir Path home) {
    var typed = Typed.typeAt(home, Map.of(), "session", "list");
    assertThat(typed.exit()).isEqualTo(64);
    assertThat(typed.err())
        .contains(home.resolve(".config/ambit/access/server").toString(), "AMBIT_ACCESS");
  }

  @Test
  void serverNeedsItsAuthorityAndToken(@org.junit.jupiter.api.io.TempDir Path home) {
    var typed = Typed.typeAt(home, Map.of(), "session", "list", "--server", "a:1");
    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err())
        .isEqualTo("ambit: --server: needs --ca FILE and --token-file FILE beside it\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-1s", "0s", "1s1h", "367d", "ten minutes", "1.5h"})
  void refusesWhatIsNoLengthOfTime(String text) {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> new Durations().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("expected: for example 90s");
  }

  @Test
  void readsAndShowsLengthsOfTime() {
    assertThat(new Durations().convert("1d2h3m4s"))
        .isEqualTo(Duration.ofDays(1).plusHours(2).plusMinutes(3).plusSeconds(4));
    assertThat(Durations.show(Duration.ofMinutes(90))).isEqualTo("1h30m");
    assertThat(Durations.show(Duration.ZERO)).isEqualTo("0s");
  }

  private static CommandLine root() {
    var nowhere = new PrintWriter(new StringWriter());
    var shell =
        new Shell(
            nowhere,
            nowhere,
            false,
            false,
            Map.of(),
            Path.of("/nowhere"),
            InstantSource.fixed(Typed.NOON));
    return AmbitMain.commandLine(
        shell,
        _ -> {
          throw new AssertionError("no proxy is started by --help");
        });
  }

  private static List<CommandLine> all(CommandLine line) {
    var lines = new ArrayList<CommandLine>();
    lines.add(line);
    line.getSubcommands().values().forEach(sub -> lines.addAll(all(sub)));
    return lines;
  }
}
