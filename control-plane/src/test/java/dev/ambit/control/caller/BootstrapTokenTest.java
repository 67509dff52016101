package dev.ambit.control.caller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.caller.BootstrapToken.Verdict;
import dev.ambit.control.testing.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The token opens the door for an hour, and nothing like it does.
class BootstrapTokenTest {
  private final ManualTime clock = new ManualTime();

  @Test
  void isGoodForItsLifeAndNotLonger() {
    var fresh = BootstrapToken.issue(new SecureRandom(), clock, Optional.of(BootstrapToken.LIFE));
    var token = fresh.token();
    assertThat(token.judge(fresh.reveal())).isEqualTo(Verdict.GOOD);
    assertThat(token.judge(fresh.reveal() + "x")).isEqualTo(Verdict.WRONG);
    assertThat(token.judge("")).isEqualTo(Verdict.WRONG);
    assertThat(token.judge("x".repeat(100_000))).isEqualTo(Verdict.WRONG);
    clock.advance(BootstrapToken.LIFE.minusMillis(1));
    assertThat(token.judge(fresh.reveal())).isEqualTo(Verdict.GOOD);
    clock.advance(Duration.ofMillis(1));
    assertThat(token.judge(fresh.reveal())).isEqualTo(Verdict.EXPIRED);
    assertThat(token.judge("wrong")).isEqualTo(Verdict.WRONG);
  }

  @Test
  void lastsAsLongAsTheProgramWhereTheWiringSaysSo() {
    var fresh = BootstrapToken.issue(new SecureRandom(), clock, Optional.empty());
    clock.advance(Duration.ofDays(365));
    assertThat(fresh.token().judge(fresh.reveal())).isEqualTo(Verdict.GOOD);
  }

  @Test
  void liesInFilesThatOnlyTheirOwnerReads(@TempDir Path parent) throws Exception {
    var folder = parent.resolve("access");
    new AccessFolder(folder)
        .write(
            "t",
            new AccessFolder.Place(
                "pem", "127.0.0.1:8444", "127.0.0.1:9443", "spiffe://example.org/control"));
    assertThat(folder.resolve("proxy")).hasContent("127.0.0.1:9443\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    try (var files = Files.list(folder)) {
      assertThat(files)
          .allMatch(BootstrapTokenTest::isPrivate)
          .map(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder("token", "bundle.pem", "server", "proxy", "id");
    }
  }

  private static boolean isPrivate(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file)).equals("rw-------");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
