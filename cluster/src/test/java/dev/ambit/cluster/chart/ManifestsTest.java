package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The plain manifests are what the chart renders, and what it renders changes before our eyes.
class ManifestsTest {
  private static final String HEAD =
      """
      # Ambit with the chart's defaults and the trust domain example.org, for `kubectl apply --server-side -f`. Rendered from
      # helm/ambit by ManifestsTest, never written by hand. `helm template` with values of your own renders yours.
      apiVersion: v1
      kind: Namespace
      metadata:
        name: ambit-system
      """;

  @Test
  void thePlainManifestsAreRenderedFromTheChart() throws IOException {
    Written.is("deploy/kubernetes/ambit.yaml", HEAD + Rendered.with().text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          explicit | proxy.mode=explicit controlPlane.persistence.enabled=false
          prometheus | metrics.podMonitor.enabled=true metrics.rules.enabled=true \
          metrics.dashboards.enabled=true metrics.podMonitor.labels.release=kube-prometheus-stack
          cert-manager-and-csi | webhook.certificates.mode=certManager spire.csiDriver=csi.spiffe.io \
          spire.clusterSpiffeIds.enabled=true spire.clusterSpiffeIds.className=spire-system-spire
          """)
  void otherSettingsRenderOnlyWhatTheyAreFor(String name, String settings) throws IOException {
    // What is rendered as by default is in the plain manifests.
    var plain = Set.copyOf(documents(Rendered.with()));
    var changed =
        documents(Rendered.with(settings.split(" "))).stream()
            .filter(document -> !plain.contains(document))
            .collect(Collectors.joining());
    assertThat(changed).isNotEmpty();
    Written.is("cluster/src/test/resources/dev/ambit/cluster/chart/" + name + ".yaml", changed);
  }

  private static List<String> documents(Rendered rendered) {
    return List.of(rendered.text().split("(?m)^(?=---$)"));
  }
}
