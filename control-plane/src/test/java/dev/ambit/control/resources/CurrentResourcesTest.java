package dev.ambit.control.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.resources.Finding;
import dev.ambit.resources.Policy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A folder that does not read as a whole changes nothing.
class CurrentResourcesTest {
  private static final Finding WRONG = new Finding("a.yaml", 3, "spec.ttl", "3x (expected: 3s)");

  private final FakeResources folder = new FakeResources();

  @Test
  void keepsTheLastGoodSetWhileTheFolderIsBroken() {
    var resources = folder.read();
    folder.broken(WRONG);
    resources.reload();
    assertThat(resources.stale()).isTrue();
    assertThat(resources.current().digest()).isEqualTo("1");
  }

  @Test
  void takesTheNextWholeSet() {
    var resources = folder.read();
    folder.broken(WRONG);
    resources.reload();
    folder.now("2", new Policy(Duration.ofHours(1), List.of()));
    resources.reload();
    assertThat(resources.stale()).isFalse();
    assertThat(resources.current().digest()).isEqualTo("2");
  }

  @Test
  void saysEverythingThatIsWrongAtTheStart() {
    folder.broken(WRONG);
    var start = CurrentResources.read(folder.source());
    assertThat(start).isEqualTo(new CurrentResources.Start.Broken(List.of(WRONG)));
  }

  @Test
  void beginsWithNothingWhereABrokenSetIsNoReasonToStop() {
    folder.broken(WRONG);
    var resources = CurrentResources.begin(folder.source());
    assertThat(resources.known()).isFalse();
    assertThat(resources.stale()).isTrue();
    assertThat(resources.current().templates()).isEmpty();
    folder.now("2", new Policy(Duration.ofHours(1), List.of()));
    resources.reload();
    assertThat(resources.known()).isTrue();
    assertThat(resources.current().digest()).isEqualTo("2");
  }
}
