package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example of docs/resources.md is one good set.
class ResourcesPageTest {
  private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

  @TempDir Path path;

  @Test
  void theExampleOfThePageIsAGoodSet() throws IOException {
    var page = Files.readString(Path.of("..", "docs", "resources.md"));
    Files.writeString(path.resolve("upstream-ca.pem"), Folder.PEM);
    Files.writeString(path.resolve("client.secret"), "not a secret");
    var documents = YAML.matcher(page).results().map(match -> match.group(1)).toList();
    Files.writeString(path.resolve("page.yaml"), String.join("---\n", documents));
    assertThat(ResourceReader.read(path))
        .isInstanceOfSatisfying(
            Reading.Whole.class,
            whole -> {
              assertThat(whole.set().targets()).containsOnlyKeys("items-api", "reports-db");
              assertThat(whole.set().providers()).containsOnlyKeys("tickets-oauth");
              assertThat(whole.set().templates()).containsOnlyKeys("ticket");
              assertThat(whole.set().policy().neverTargets()).hasSize(1);
            });
  }
}
