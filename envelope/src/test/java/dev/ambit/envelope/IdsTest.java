package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Identifiers sort by time, differ, and have one form.
class IdsTest {
  @Test
  void carryTheTimeInTheirFirstTenCharacters() {
    // The example of the ULID specification: 1469918176385 is 01ARYZ6S41.
    var ids = new Ids(InstantSource.fixed(Instant.ofEpochMilli(1_469_918_176_385L)), random());
    assertThat(ids.next()).hasSize(26).startsWith("01ARYZ6S41");
  }

  @Test
  void sortByTimeAndDiffer() {
    var random = random();
    var made = new TreeSet<String>();
    var last = "";
    for (var milli = 0L; milli < 10_000; milli++) {
      var id = new Ids(InstantSource.fixed(Instant.ofEpochMilli(milli)), random).next();
      assertThat(id).isGreaterThan(last);
      Ids.check("id", id);
      last = id;
    }
    var ids = new Ids(InstantSource.fixed(Fixtures.NOON), random);
    for (var i = 0; i < 10_000; i++) {
      assertThat(made.add(ids.next())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
        "81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01arz3ndektsv4rrffq69g5fav",
        "01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "01ARZ3NDEKTSV4RRFFQ69G5FA/",
        "01ARZ3NDEKTSV4RRFFQ69G5FA\u00e9"
      })
  void refusesOtherFormsByTheNameOfTheField(String value) {
    assertThatThrownBy(() -> Ids.check("idempotency_key", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("idempotency_key: no identifier");
    assertThatThrownBy(() -> new SessionId(value)).isInstanceOf(IllegalArgumentException.class);
  }

  private static RandomGenerator random() {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(42);
  }
}
