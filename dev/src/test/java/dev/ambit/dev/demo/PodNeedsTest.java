package dev.ambit.dev.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whoever cannot make a pod is told everything that is missing at once, and how to get it.
class PodNeedsTest {
  @TempDir private Path folder;

  @Test
  void namesEverythingThatIsMissing() {
    assertThat(new PodNeeds(1_000, List.of(folder), Optional.empty()).missing())
        .hasSize(9)
        .anyMatch(line -> line.startsWith("root: "))
        .contains("nft: package nftables", "ip: package iproute2", "setpriv: package util-linux")
        .anyMatch(line -> line.startsWith("ambit-redirect: "));
  }

  @Test
  void isContentWhenAllIsThere() throws IOException {
    for (var program : List.of("ip", "nft", "unshare", "nsenter", "setpriv", "mount", "curl")) {
      Files.createFile(
          folder.resolve(program),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    assertThat(new PodNeeds(0, List.of(folder), Optional.of(folder)).missing()).isEmpty();
  }

  @Test
  void theCommandEndsWithItsOwnCodeAndMakesNothing() {
    var typed = Typed.type(folder, "demo", "--transparent");
    assertThat(typed.exit()).isEqualTo(64);
    assertThat(typed.err()).contains("demo --transparent needs:").contains("ambit-redirect");
    assertThat(Typed.type(folder, "demo", "--transparent", "--keep").exit()).isEqualTo(2);
  }
}
