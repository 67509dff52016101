package dev.ambit.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.Manual;
import dev.ambit.cli.Shell;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The page of the commands says what the program says.
class ManualTest {
  private static final Path PAGE = Path.of("../docs/cli.md");

  @Test
  void thePageOfTheCommandsIsWhatHelpPrints() throws IOException {
    var nowhere = new PrintWriter(new StringWriter());
    var shell =
        new Shell(
            nowhere,
            nowhere,
            false,
            false,
            Map.of(),
            Path.of("/nowhere"),
            InstantSource.fixed(Instant.EPOCH));
    var page = Manual.of(DevMain.commandLine(shell));
    if (Boolean.getBoolean("ambit.write.docs")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE)
        .as(
            "written anew with: mvn test -pl dev -am -Dtest=ManualTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dambit.write.docs=true")
        .hasContent(page);
  }
}
