package dev.ambit.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The page of the settings says what the program reads.
class SettingsPageTest {
  @Test
  void namesEverySettingWithItsMeaningFormAndDefault() throws IOException {
    var page = Files.readString(Path.of("../docs/settings.md"));
    var section = page.substring(page.indexOf("## Control plane"), page.indexOf("## Webhook"));
    assertThat(section.lines().filter(line -> line.startsWith("| `")))
        .as("the rows should be:%n%s", Environment.table())
        .containsExactlyElementsOf(Environment.table().lines().toList());
  }
}
