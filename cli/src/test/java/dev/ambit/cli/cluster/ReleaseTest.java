package dev.ambit.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.cli.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What belongs to a release is found by the names that the chart gives.
class ReleaseTest {
  @ParameterizedTest
  @CsvSource({
    "ambit, ambit-access",
    "blue, blue-ambit-access",
    "my-ambit-2, my-ambit-2-access",
    "a23456789-b23456789-c23456789-d2345, a23456789-b23456789-c23456789-d2345-ambi-access",
    "a23456789-b23456789-c23456789-d23456789, a23456789-b23456789-c23456789-d23456789-access",
  })
  void namesBeginAsTheChartMakesThem(String name, String access) {
    assertThat(Release.of("ns", name, null).access()).isEqualTo(access);
  }

  @Test
  void whatTheChartIsToldInsteadCanBeSaid() {
    var release = Release.of("ns", "blue", "agents");
    assertThat(release.operator()).isEqualTo("agents-operator");
    assertThat(release.selector("webhook")).containsEntry("app.kubernetes.io/instance", "blue");
    assertThatThrownBy(() -> Release.of("ns", "blue", "No_Name"))
        .isInstanceOf(Failure.class)
        .hasMessageStartingWith("--full-name: 'No_Name' (expected: ");
  }
}
