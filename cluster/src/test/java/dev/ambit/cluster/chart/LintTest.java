package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import dev.ambit.cluster.machine.Tree;
import org.junit.jupiter.api.Test;

class LintTest {
  @Test
  void helmFindsNothingButThatThereIsNoIcon() {
    var found = new Helm(Tree.chart()).lint().strict().call();
    assertThat(found.isFailed()).isFalse();
    assertThat(found.getMessages())
        .filteredOn(message -> !message.contains("icon is recommended"))
        .isEmpty();
  }

  @Test
  void aClusterThatIsTooOldForNativeSidecarsIsRefused() {
    assertThatThrownBy(() -> Rendered.in("ambit-system", "1.32.9", Rendered.TRUST_DOMAIN))
        .hasMessageContaining(">=1.33.0-0");
    assertThat(Rendered.in("ambit-system", "1.33.0", Rendered.TRUST_DOMAIN).objects()).isNotEmpty();
  }
}
