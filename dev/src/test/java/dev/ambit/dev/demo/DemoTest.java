package dev.ambit.dev.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.Typed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo on real processes and sockets.
class DemoTest {
  @TempDir private Path home;

  @Test
  void everyClaimHoldsAndNothingIsLeftRunning() {
    var before = childrenOfThisProcess();
    var typed = Typed.type(home, "demo", "--json");
    assertThat(typed.exit()).as(typed.err()).isZero();
    var claims = claims(typed.out());
    assertThat(claims).extracting(claim -> claim.get("name")).isEqualTo(Claim.NAMES);
    assertThat(claims).allSatisfy(claim -> assertThat(claim).containsEntry("held", true));
    assertThat(claims)
        .extracting(claim -> String.valueOf(claim.get("evidence")))
        .allMatch(evidence -> evidence.length() > 20);
    assertThat(typed.err()).contains("9 of 9 claims held").doesNotContain("\u001b[");
    assertThat(before).containsAll(childrenOfThisProcess());
  }

  private static Set<Long> childrenOfThisProcess() {
    return ProcessHandle.current()
        .children()
        .filter(ProcessHandle::isAlive)
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  @SuppressWarnings("unchecked") // The form of the answer is what is tested.
  private static List<Map<String, Object>> claims(String json) {
    var answer =
        (Map<String, Object>) Json.read(json.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    return (List<Map<String, Object>>) answer.getOrDefault("claims", List.of());
  }
}
