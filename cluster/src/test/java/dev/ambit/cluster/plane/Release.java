package dev.ambit.cluster.plane;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import dev.ambit.cluster.chart.Rendered;
import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.Tree;
import dev.ambit.testkit.Await;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// A release of the chart in an API server, `ambit` in `ambit-system`, until it is closed.
final class Release implements Closeable {
  static final String NAME = "ambit";
  static final String NAMESPACE = "ambit-system";

  /// While the API server still asks the webhook that was taken out, each time takes five seconds.
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ApiServer api;

  private Release(ApiServer api) {
    this.api = api;
  }

  /// Installs it from the tree.
  ///
  /// @param settings each as `key=value`
  static Release install(ApiServer api, String... settings) {
    return install(api, Tree.chart(), settings);
  }

  /// Installs it from a folder or a package.
  static Release install(ApiServer api, Path chart, String... settings) {
    var install = new Helm(chart).install();
    set(install, Rendered.TRUST_DOMAIN);
    // So long the API server waits for what does not run here.
    set(install, "webhook.timeoutSeconds=3");
    for (var setting : settings) {
      set(install, setting);
    }
    var _ =
        install
            .withName(NAME)
            .withNamespace(NAMESPACE)
            .createNamespace()
            .withKubeConfig(api.kubeconfig())
            .call();
    return new Release(api);
  }

  /// Makes it one of another chart, with the values it has.
  void upgrade(Path chart) {
    var _ =
        new Helm(chart)
            .upgrade()
            .withName(NAME)
            .withNamespace(NAMESPACE)
            .resetThenReuseValues()
            .withKubeConfig(api.kubeconfig())
            .call();
  }

  /// Runs `helm test`, for a second.
  ///
  /// @throws IllegalStateException when it does not end well
  void tested() {
    var _ =
        Helm.test(NAME)
            .withNamespace(NAMESPACE)
            .withTimeout(1)
            .withKubeConfig(api.kubeconfig())
            .call();
  }

  /// Takes the webhook out, which does not run here: the tests write what it would make.
  Release withoutWebhook() {
    var _ =
        api.client()
            .admissionRegistration()
            .v1()
            .mutatingWebhookConfigurations()
            .withName("ambit-injection")
            .delete();
    return this;
  }

  /// Makes a namespace with injection, and returns when the policies are in force there.
  ///
  /// @param name one that no other test has
  Pods enforced(String name) {
    namespace(name, Map.of("ambit.dev/injection", "enforced"));
    var pods = new Pods(api, name);
    var inForce = false;
    try {
      // The last of them in the order of names, and the last that is bound. As a dry run: one that
      // V10 let through would take the namespace out of the others.
      Await.until(
          "policies in force",
          PATIENCE,
          () ->
              pods.tried(Pods.bare()).refusal().contains("ambit-v02-proxy")
                  && api.kubectl(
                          "label",
                          "namespace",
                          name,
                          "ambit.dev/injection=no",
                          "--overwrite",
                          "--dry-run=server")
                      .err()
                      .contains("ambit-v10-label"));
      inForce = true;
      return pods;
    } finally {
      if (!inForce) {
        // Nobody else would, and the next test installs one.
        close();
      }
    }
  }

  /// Makes one without.
  Pods ordinary(String name) {
    namespace(name, Map.of());
    return new Pods(api, name);
  }

  private void namespace(String name, Map<String, String> labels) {
    var client = api.client();
    var _ =
        client
            .namespaces()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withLabels(labels)
                    .endMetadata()
                    .build())
            .create();
    // Pods are refused before it is there.
    Await.until(
        "service account of " + name,
        () -> client.serviceAccounts().inNamespace(name).withName("default").get() != null);
  }

  /// Takes it out, and waits until the API server has heard of it: the next test may do what no
  /// policy lets through.
  @Override
  public void close() {
    var _ =
        Helm.uninstall(NAME)
            .withNamespace(NAMESPACE)
            .withKubeConfig(api.kubeconfig())
            .ignoreNotFound()
            .call();
    var injected =
        new String[] {
          "run",
          "left",
          "--image=left",
          "--labels=ambit.dev/injected=true",
          "--namespace=default",
          "--dry-run=server"
        };
    var label =
        new String[] {
          "label", "namespace", "default", "ambit.dev/injection=no", "--dry-run=server"
        };
    Await.until(
        "policies out of force",
        PATIENCE,
        () -> api.kubectl(injected).exit() == 0 && api.kubectl(label).exit() == 0);
  }

  private static void set(InstallCommand install, String setting) {
    var at = setting.indexOf('=');
    var _ = install.set(setting.substring(0, at), setting.substring(at + 1));
  }
}
