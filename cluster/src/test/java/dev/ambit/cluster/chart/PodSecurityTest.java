package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The release's own pods are held to the strictest of the Pod Security Standards. Those of `helm
/// test` are not rendered; an API server judges them in `ReleaseLifeTest`.
class PodSecurityTest {
  private final Rendered rendered = Rendered.with();

  @Test
  void everyContainerIsRestricted() {
    var pods = pods(rendered);
    assertThat(pods.keySet())
        .containsExactly("Deployment/ambit-webhook", "StatefulSet/ambit-control-plane");
    pods.forEach((name, pod) -> {
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).as(name).isTrue();
      assertThat(pod.getSecurityContext().getSeccompProfile().getType())
          .as(name)
          .isEqualTo("RuntimeDefault");
      assertThat(pod.getHostNetwork()).as(name).isNull();
      assertThat(pod.getContainers()).as(name).hasSize(1).allSatisfy(PodSecurityTest::restricted);
      assertThat(pod.getInitContainers()).as(name).isEmpty();
    });
  }

  private static void restricted(Container container) {
    var security = container.getSecurityContext();
    assertThat(security.getAllowPrivilegeEscalation()).isFalse();
    assertThat(security.getReadOnlyRootFilesystem()).isTrue();
    assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(security.getCapabilities().getAdd()).isEmpty();
    assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
    assertThat(container.getResources().getLimits()).containsKey("memory");
  }

  @Test
  void nothingOfTheNodeIsMountedWhereThereIsACsiDriver() {
    assertThat(volumes(rendered)).filteredOn(volume -> volume.getHostPath() != null).hasSize(1);
    assertThat(volumes(Rendered.with("spire.csiDriver=csi.spiffe.io")))
        .noneMatch(volume -> volume.getHostPath() != null)
        .anyMatch(volume -> volume.getCsi() != null && volume.getCsi().getReadOnly());
  }

  @Test
  void onlyWhoAsksTheApiServerHasAToken() {
    assertThat(tokens(rendered))
        .containsExactly(
            Map.entry("Deployment/ambit-webhook", true),
            Map.entry("StatefulSet/ambit-control-plane", true));
    assertThat(tokens(Rendered.with("webhook.certificates.mode=certManager")))
        .containsEntry("Deployment/ambit-webhook", false);
  }

  private static Map<String, Boolean> tokens(Rendered rendered) {
    var tokens = new TreeMap<String, Boolean>();
    pods(rendered).forEach((name, pod) -> tokens.put(name, pod.getAutomountServiceAccountToken()));
    return tokens;
  }

  private static List<Volume> volumes(Rendered rendered) {
    return pods(rendered).values().stream().flatMap(pod -> pod.getVolumes().stream()).toList();
  }

  private static Map<String, PodSpec> pods(Rendered rendered) {
    var pods = new TreeMap<String, PodSpec>();
    for (var object : rendered.objects()) {
      var spec = spec(object);
      if (spec != null) {
        pods.put(object.getKind() + "/" + object.getMetadata().getName(), spec);
      }
    }
    return pods;
  }

  private static @Nullable PodSpec spec(HasMetadata object) {
    return switch (object) {
      case Deployment deployment -> deployment.getSpec().getTemplate().getSpec();
      case StatefulSet set -> set.getSpec().getTemplate().getSpec();
      default -> null;
    };
  }
}
