package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import dev.ambit.cluster.machine.Tree;
import org.junit.jupiter.api.Test;

/// What Helm says when it has installed the chart.
class NotesTest {
  @Test
  void theyNameTheNextThreeCommandsAndWarnOfNothingByDefault() {
    assertThat(notes())
        .contains("1. ambit namespace NAMESPACE | kubectl apply -f -")
        .contains("2. kubectl apply -n ambit-system -f RESOURCES.yaml")
        .contains("3. ambit check")
        .contains("0. Entries of SPIRE")
        .doesNotContain("WARNING");
    assertThat(notes("spire.clusterSpiffeIds.enabled=true")).doesNotContain("0. Entries of SPIRE");
  }

  @Test
  void theyWarnLoudlyOfWhatIsNotEnforcedOrNotKept() {
    assertThat(notes("proxy.mode=explicit")).contains("WARNING: proxy.mode is explicit");
    assertThat(notes("controlPlane.persistence.enabled=false")).contains("END WITH THE POD");
    assertThat(notes("policy.enabled=false")).contains("NOTHING IS ENFORCED");
    assertThat(notes("webhook.failurePolicy=Ignore")).contains("WARNING: webhook.failurePolicy");
    assertThat(notes("webhook.replicas=1")).contains("WARNING: webhook.replicas is 1");
    assertThat(notes("networkPolicy.enabled=false")).contains("WARNING: networkPolicy.enabled");
    assertThat(notes("policy.breakGlassGroups[0]=sre")).contains("NOTE: sre may enter proxies");
  }

  private static String notes(String... settings) {
    var install =
        new Helm(Tree.chart())
            .install()
            .withName("ambit")
            .withNamespace("ambit-system")
            .withKubeVersion("1.34.4")
            .clientOnly()
            .dryRun()
            .set("spire.trustDomain", "example.org");
    for (var setting : settings) {
      var at = setting.indexOf('=');
      install.set(setting.substring(0, at), setting.substring(at + 1));
    }
    return install.call().getOutput();
  }
}
