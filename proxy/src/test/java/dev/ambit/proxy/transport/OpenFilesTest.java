package dev.ambit.proxy.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Linux says of descriptors is read as it is written there.
class OpenFilesTest {
  @TempDir private Path dir;

  @Test
  void takesWhatIsOpenFromTheSoftLimit() throws IOException {
    assertThat(left("Max open files            256                  4096                 files"))
        .hasValue(254);
  }

  @Test
  void knowsNothingWhereThereIsNoLimitOrNobodyTellsIt() throws IOException {
    assertThat(left("Max open files            unlimited            unlimited            files"))
        .isEmpty();
    assertThat(OpenFiles.left(dir.resolve("absent"), dir)).isEmpty();
  }

  private OptionalLong left(String line) throws IOException {
    var descriptors = Files.createDirectories(dir.resolve("fd"));
    for (var one : new String[] {"0", "1"}) {
      Files.writeString(descriptors.resolve(one), "");
    }
    var limits =
        Files.writeString(dir.resolve("limits"), "Limit   Soft Limit   Hard Limit\n" + line + "\n");
    return OpenFiles.left(limits, descriptors);
  }
}
