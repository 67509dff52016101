package dev.ambit.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A seed decides the plan, and every family has its turn.
class PlanTest {
  private static final List<Family> ALL = List.of(Family.values());

  @Test
  void isTheSameForTheSameSeed() {
    assertThat(words(7)).isEqualTo(words(7)).isNotEqualTo(words(8));
  }

  @Test
  void givesEveryFamilyItsTurnBeforeOneHasItsNext() {
    var plan = new Plan(1, ALL, 0);
    for (var round = 0; round < 3; round++) {
      assertThat(Stream.generate(plan::next).limit(ALL.size()).map(step -> step.fault().id()))
          .containsExactlyInAnyOrder(ALL.stream().map(Family::name).toArray(String[]::new));
    }
  }

  @Test
  void takesAsManySessionsAsAreWantedAndTheTimeToOpenThem() {
    var step = new Plan(1, List.of(Family.F26), 240).next();
    assertThat(step.fault().what())
        .isEqualTo("240 sessions end at once while they stream, after 9 s");
    assertThat(step.lasts()).isEqualTo(Duration.ofSeconds(12));
  }

  @Test
  void refusesToHaveNothingToChooseFrom() {
    assertThatThrownBy(() -> new Plan(1, List.of(), 0))
        .hasMessage("families: none (expected: at least one)");
  }

  @ParameterizedTest
  @EnumSource
  void drawsFaultsOfTheFamilysOwnName(Family family) {
    var plan = new Plan(1, List.of(family), 0);
    for (var draw = 0; draw < 50; draw++) {
      var step = plan.next();
      assertThat(step.fault().id()).isEqualTo(family.name());
      assertThat(step.fault().what()).isNotEmpty();
      assertThat(step.lasts()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(30));
    }
  }

  private static List<String> words(long seed) {
    return Stream.generate(new Plan(seed, ALL, 0)::next)
        .limit(40)
        .map(step -> step.fault().what() + " " + step.lasts())
        .toList();
  }
}
