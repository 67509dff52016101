package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Looks at the ten admission policies: each must be there, refuse what it cannot judge, and be
/// bound so that it denies.
record PolicyCheck(KubernetesClient client, Release release) {
  static final int COUNT = 10;
  private static final String CHECK = "policies";
  private static final String ADVICE =
      "upgrade the chart with policy.enabled: true; until then pods may be made that bypass the proxy";

  List<Item> look() {
    var v1 = client.admissionRegistration().v1();
    var policies = v1.validatingAdmissionPolicies().list().getItems();
    var bindings = v1.validatingAdmissionPolicyBindings().list().getItems();
    var items = new ArrayList<Item>();
    for (var number = 1; number <= COUNT; number++) {
      var prefix = String.format(Locale.ROOT, "%s-v%02d-", release.full(), number);
      var found =
          policies.stream()
              .filter(policy -> policy.getMetadata().getName().startsWith(prefix))
              .findFirst();
      if (found.isEmpty()) {
        items.add(Item.wrong(CHECK, "V" + number + " is not there", ADVICE));
      } else {
        items.addAll(judge("V" + number, found.get(), bindings));
      }
    }
    if (items.isEmpty()) {
      items.add(Item.good(CHECK, "V1 to V" + COUNT + " are there, bound and deny"));
    }
    return items;
  }

  private static List<Item> judge(
      String id,
      ValidatingAdmissionPolicy policy,
      List<ValidatingAdmissionPolicyBinding> bindings) {
    var name = policy.getMetadata().getName();
    var items = new ArrayList<Item>();
    var denies =
        bindings.stream()
            .map(ValidatingAdmissionPolicyBinding::getSpec)
            .filter(spec -> name.equals(spec.getPolicyName()))
            .anyMatch(spec -> spec.getValidationActions().contains("Deny"));
    if (!denies) {
      items.add(Item.wrong(CHECK, id + " (" + name + ") is not bound so that it denies", ADVICE));
    }
    if (!"Fail".equals(policy.getSpec().getFailurePolicy())) {
      items.add(Item.wrong(CHECK, id + " (" + name + ") lets pass what it cannot judge", ADVICE));
    }
    return items;
  }
}
