package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import dev.ambit.resources.ResourceReader.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
  @TempDir private Path files;

  @ParameterizedTest
  @ValueSource(strings = {"first", "credential"})
  void theControlPlaneWouldTakeThem(String name) throws IOException {
    var _ = Files.writeString(files.resolve("client.secret"), "secret");
    var text = Files.readString(Written.path("deploy/kubernetes/examples/" + name + ".yaml"));
    assertThat(ResourceReader.read(files, List.of(new Document(name, text))))
        .isInstanceOf(Reading.Whole.class);
  }
}
