package dev.ambit.control.webhook.inject;

import dev.ambit.resources.InjectionSettings;
import dev.ambit.resources.InjectionSettings.Mode;
import dev.ambit.resources.InjectionSettings.Needs;
import dev.ambit.resources.InjectionSettings.Profile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The containers and volumes that every injected pod gets. What the API server would fill in is
/// said, so that they read the same before and after it has.
final class Sidecar {
  static final String TRUST_PATH = "/run/ambit/trust";
  private static final String PRIVATE_PATH = "/run/ambit/private";
  private static final String SPIFFE_PATH = "/run/ambit/spiffe";

  private static final int METRICS_PORT = 15_090;
  private static final int CAPTURE_PORT = 15_001;
  private static final int DNS_PORT = 15_053;
  private static final int STARTS_MAX = 120;
  private static final String LOG = "/dev/termination-log";

  private final InjectionSettings settings;
  private final KubernetesSerialization models = new KubernetesSerialization();
  private final JsonMapper json = JsonMapper.shared();

  Sidecar(InjectionSettings settings) {
    this.settings = settings;
  }

  /// In their order.
  List<ObjectNode> containers(Profile profile, Needs needs) {
    var containers = new ArrayList<ObjectNode>();
    if (settings.mode() == Mode.TRANSPARENT) {
      containers.add(tree(redirect()));
    }
    containers.add(tree(proxy(profile, needs)));
    return containers;
  }

  List<ObjectNode> volumes() {
    return List.of(
        tree(
            new VolumeBuilder()
                .withName(Names.PRIVATE)
                .withNewEmptyDir()
                .withMedium("Memory")
                .withSizeLimit(new Quantity("32Mi"))
                .endEmptyDir()
                .build()),
        tree(
            new VolumeBuilder()
                .withName(Names.TRUST)
                .withNewEmptyDir()
                .withSizeLimit(new Quantity("16Mi"))
                .endEmptyDir()
                .build()),
        tree(spiffe()));
  }

  private Container redirect() {
    return new ContainerBuilder()
        .withName(Names.REDIRECT)
        .withImage(settings.images().redirect())
        .withImagePullPolicy(settings.images().pullPolicy())
        .withArgs("install")
        .withSecurityContext(security(Names.REDIRECT_UID, List.of("NET_ADMIN")))
        .withNewResources()
        .withRequests(quantities(settings.redirect().requests()))
        .withLimits(quantities(settings.redirect().limits()))
        .endResources()
        .withTerminationMessagePath(LOG)
        .withTerminationMessagePolicy("File")
        .build();
  }

  private Container proxy(Profile profile, Needs needs) {
    return new ContainerBuilder()
        .withName(Names.PROXY)
        .withImage(settings.images().proxy())
        .withImagePullPolicy(settings.images().pullPolicy())
        .withArgs("@/ambit/launch/" + profile.launch())
        .withRestartPolicy("Always")
        .addNewPort()
        .withName("ambit-metrics")
        .withContainerPort(METRICS_PORT)
        .withProtocol("TCP")
        .endPort()
        .withSecurityContext(security(Names.PROXY_UID, List.of()))
        .withStartupProbe(probe("/startupz", 1, STARTS_MAX))
        .withReadinessProbe(probe("/readyz", 5, 3))
        .withLivenessProbe(probe("/livez", 10, 3))
        .addNewVolumeMount()
        .withName(Names.PRIVATE)
        .withMountPath(PRIVATE_PATH)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName(Names.TRUST)
        .withMountPath(TRUST_PATH)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName(Names.SPIFFE)
        .withMountPath(SPIFFE_PATH)
        .withReadOnly(true)
        .endVolumeMount()
        .withEnv(variables())
        .withNewResources()
        .withRequests(quantities(needs.requests()))
        .withLimits(quantities(needs.limits()))
        .endResources()
        .withTerminationMessagePath(LOG)
        .withTerminationMessagePolicy("File")
        .build();
  }

  private List<EnvVar> variables() {
    var socket = Path.of(settings.spireSocket()).getFileName();
    var all = new ArrayList<EnvVar>();
    all.add(variable("SPIFFE_SOCKET", "unix://" + SPIFFE_PATH + "/" + socket));
    all.add(variable("CONTROL_PLANE", settings.controlPlane()));
    all.add(variable("CONTROL_PLANE_ID", settings.controlPlaneId()));
    all.add(variable("PRIVATE_DIR", PRIVATE_PATH));
    all.add(variable("TRUST_DIR", TRUST_PATH));
    if (settings.mode() == Mode.TRANSPARENT) {
      all.add(variable("CAPTURE_PORT", Integer.toString(CAPTURE_PORT)));
      all.add(variable("AGENT_DNS_PORT", Integer.toString(DNS_PORT)));
    }
    all.add(field("POD_UID", "metadata.uid"));
    all.add(field("POD_NAMESPACE", "metadata.namespace"));
    all.add(field("POD_NAME", "metadata.name"));
    all.add(field("RESERVED_ADDRESSES", "status.hostIP"));
    return all;
  }

  private Volume spiffe() {
    var folder = Objects.requireNonNull(Path.of(settings.spireSocket()).getParent()).toString();
    var volume = new VolumeBuilder().withName(Names.SPIFFE);
    return settings
        .csiDriver()
        .map(driver -> volume.withNewCsi().withDriver(driver).withReadOnly(true).endCsi())
        .orElseGet(
            () -> volume.withNewHostPath().withPath(folder).withType("Directory").endHostPath())
        .build();
  }

  private static SecurityContext security(long user, List<String> capabilities) {
    return new SecurityContextBuilder()
        .withRunAsUser(user)
        .withRunAsGroup(user)
        .withRunAsNonRoot(true)
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .withAdd(capabilities)
        .endCapabilities()
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .build();
  }

  private static Probe probe(String path, int period, int failuresMax) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withNewPort(METRICS_PORT)
        .withScheme("HTTP")
        .endHttpGet()
        .withTimeoutSeconds(1)
        .withPeriodSeconds(period)
        .withSuccessThreshold(1)
        .withFailureThreshold(failuresMax)
        .build();
  }

  private static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName("AMBIT_PROXY_" + name).withValue(value).build();
  }

  private static EnvVar field(String name, String path) {
    return new EnvVarBuilder()
        .withName("AMBIT_PROXY_" + name)
        .withNewValueFrom()
        .withNewFieldRef("v1", path)
        .endValueFrom()
        .build();
  }

  private static Map<String, Quantity> quantities(Map<String, String> needs) {
    var quantities = new TreeMap<String, Quantity>();
    needs.forEach((resource, amount) -> quantities.put(resource, new Quantity(amount)));
    return quantities;
  }

  /// By way of text, so that numbers are of the types that a parsed pod has.
  private ObjectNode tree(KubernetesResource model) {
    return (ObjectNode) json.readTree(models.asJson(model));
  }
}
