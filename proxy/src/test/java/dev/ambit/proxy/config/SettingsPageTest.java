package dev.ambit.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// The page of the settings says what the program reads.
class SettingsPageTest {
  @Test
  void namesEverySettingWithItsMeaningFormAndDefault() throws IOException {
    var page = Files.readString(Path.of("../docs/settings.md"));
    var section = page.substring(page.indexOf("## Proxy"));
    var rows = Arrays.stream(Key.values()).map(Key::row).toList();
    assertThat(section.lines().filter(line -> line.startsWith("| `")))
        .as("the rows should be:%n%s", String.join("\n", rows))
        .containsExactlyElementsOf(rows);
  }
}
