package dev.ambit.proxy.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.spiffe.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an operator adds is read whole, or the proxy does not start.
class ExtraRootsTest {
  @TempDir private Path dir;
  private PodAuthority some;

  @BeforeEach
  void make() throws IOException {
    some = PodAuthority.open(dir, InstantSource.system());
  }

  @Test
  void readsAFileOfCertificates() throws IOException {
    assertThat(ExtraRoots.read(Optional.of(dir.resolve("ca.pem"))))
        .containsExactly(some.certificate());
  }

  @Test
  void readsNothingWhenThereIsNoSetting() throws IOException {
    assertThat(ExtraRoots.read(Optional.empty())).isEmpty();
  }

  @Test
  void refusesWhatHoldsNoneOrIsNotThere() throws IOException {
    refuses(dir.resolve("none.pem"));
    refuses(dir);
    refuses(Files.writeString(dir.resolve("empty.pem"), ""));
    refuses(Files.writeString(dir.resolve("rubbish.pem"), "rubbish"));
  }

  @Test
  void a183RefusesAKey() {
    refuses(dir.resolve("ca.key"));
  }

  @Test
  void refusesMoreThanItsBound() throws IOException {
    var pem = Pem.certificates(List.of(some.certificate()));
    var file = dir.resolve("many.pem");
    refuses(Files.writeString(file, pem.repeat(ExtraRoots.BYTES_MAX / pem.length() + 1)));
    Files.writeString(file, pem.repeat(ExtraRoots.BYTES_MAX / pem.length()));
    assertThat(ExtraRoots.read(Optional.of(file))).isNotEmpty();
  }

  private static void refuses(Path file) {
    assertThatThrownBy(() -> ExtraRoots.read(Optional.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("AMBIT_PROXY_EXTRA_ROOTS: " + file + " (expected: ")
        .hasMessageNotContaining("BEGIN");
  }
}
