package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/// Says in which mode pods are injected.
record ModeCheck(KubernetesClient client, Release release) {
  private static final String CHECK = "injection";

  List<Item> look() {
    var injection = Injection.now(client, release);
    if (injection.isEmpty()) {
      return List.of(
          Item.wrong(
              CHECK,
              "no ConfigMap " + release.injection() + " says what is injected",
              "install the chart, or upgrade it to its present values"));
    }
    return List.of(
        injection.get().mode().equals("explicit")
            ? Item.note(
                CHECK,
                "explicit mode: a client that ignores HTTPS_PROXY is not captured; it carries no credential",
                "the egress NetworkPolicy is what stops it; set proxy.mode to transparent where NET_ADMIN is allowed")
            : Item.good(
                CHECK, "version " + injection.get().version() + ", " + injection.get().mode()));
  }
}
