package dev.ambit.cli.cluster;

import dev.ambit.cli.print.Item;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Looks at the webhook that injects: whether it is there, and whether the API server trusts it and
/// nobody else.
record WebhookCheck(KubernetesClient client, Release release, Instant now) {
  private static final String CHECK = "webhook";
  private static final String NAME = "injection.ambit.dev";

  /// Part of its life that an authority must have left; it is renewed at a third.
  private static final int LIFE_LEFT = 5;

  List<Item> look() {
    var items = new ArrayList<Item>();
    items.add(deployment());
    var configuration =
        client
            .admissionRegistration()
            .v1()
            .mutatingWebhookConfigurations()
            .withName(release.injection())
            .get();
    if (configuration == null) {
      items.add(
          Item.wrong(
              CHECK,
              "no MutatingWebhookConfiguration " + release.injection() + ": no pod is injected",
              "install the chart, or upgrade it to its present values"));
      return items;
    }
    configuration.getWebhooks().stream()
        .filter(webhook -> NAME.equals(webhook.getName()))
        .forEach(webhook -> {
          items.add(policy(webhook));
          items.add(bundle(webhook));
        });
    return items;
  }

  private Item deployment() {
    var deployment =
        client
            .apps()
            .deployments()
            .inNamespace(release.namespace())
            .withName(release.webhook())
            .get();
    var status = deployment == null ? null : deployment.getStatus();
    var available =
        status == null || status.getAvailableReplicas() == null ? 0 : status.getAvailableReplicas();
    return available > 0
        ? Item.good(CHECK, available + " replicas of " + release.webhook() + " are available")
        : Item.wrong(
            CHECK,
            "no replica of "
                + release.webhook()
                + " is available: no pod can be created in enforced namespaces",
            "see: kubectl -n " + release.namespace() + " describe deployment " + release.webhook());
  }

  private static Item policy(MutatingWebhook webhook) {
    return "Fail".equals(webhook.getFailurePolicy())
        ? Item.good(CHECK, "pods are refused while it is away")
        : Item.note(
            CHECK,
            "failurePolicy "
                + webhook.getFailurePolicy()
                + ": while it is away, the policies alone stop pods",
            "set webhook.failurePolicy to Fail, unless all policies are in force");
  }

  private Item bundle(MutatingWebhook webhook) {
    var bundle = webhook.getClientConfig() == null ? null : webhook.getClientConfig().getCaBundle();
    if (bundle == null || bundle.isEmpty()) {
      return Item.wrong(
          CHECK,
          "no caBundle: the API server cannot call it, and no pod is created in enforced namespaces",
          "see the log of "
              + release.webhook()
              + ", which writes it; with cert-manager or an existing Secret, see what fills it in");
    }
    Set<X509Certificate> trusted;
    try {
      trusted = certificates(Base64.getDecoder().decode(bundle));
    } catch (CertificateException | IllegalArgumentException _) {
      return Item.wrong(
          CHECK, "the caBundle holds no certificates", "see the log of " + release.webhook());
    }
    var foreign = foreign(trusted);
    if (!foreign.isEmpty()) {
      return Item.wrong(
          CHECK,
          "the caBundle trusts an authority that is not the release's: " + foreign.getFirst(),
          "find out who wrote it; the webhook puts its own back when a replica is started anew");
    }
    return expiry(trusted);
  }

  /// Those that the webhook did not make. Its Secret is there only where it makes its own, and may
  /// be none of the user's business.
  private List<String> foreign(Set<X509Certificate> trusted) {
    try {
      var secret =
          client
              .secrets()
              .inNamespace(release.namespace())
              .withName(release.webhookAuthority())
              .get();
      if (secret == null || secret.getData() == null) {
        return List.of();
      }
      var own = new HashSet<X509Certificate>();
      for (var key : List.of("ca.crt", "old.crt")) {
        if (secret.getData().containsKey(key)) {
          own.addAll(certificates(Base64.getDecoder().decode(secret.getData().get(key))));
        }
      }
      return trusted.stream()
          .filter(certificate -> !own.contains(certificate))
          .map(certificate -> certificate.getSubjectX500Principal().getName())
          .sorted()
          .toList();
    } catch (KubernetesClientException _) {
      return List.of();
    } catch (CertificateException | IllegalArgumentException _) {
      return List.of("the Secret " + release.webhookAuthority() + " holds no certificate");
    }
  }

  private Item expiry(Set<X509Certificate> trusted) {
    var last =
        trusted.stream()
            .max(Comparator.comparing(one -> one.getNotAfter().toInstant()))
            .orElseThrow();
    var end = last.getNotAfter().toInstant();
    var left = Duration.between(now, end);
    if (left.isNegative()) {
      return Item.wrong(
          CHECK,
          "its authority has expired at " + end + ": no pod is created in enforced namespaces",
          "see the log of " + release.webhook() + ", which renews it");
    }
    var life = Duration.between(last.getNotBefore().toInstant(), end);
    return left.multipliedBy(LIFE_LEFT).compareTo(life) < 0
        ? Item.note(
            CHECK,
            "its authority expires at " + end,
            "see the log of " + release.webhook() + ": it should have been renewed by now")
        : Item.good(CHECK, "its authority is good until " + end);
  }

  private static Set<X509Certificate> certificates(byte[] pem) throws CertificateException {
    var found = new HashSet<X509Certificate>();
    for (var certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))) {
      found.add((X509Certificate) certificate);
    }
    if (found.isEmpty()) {
      throw new CertificateException("none");
    }
    return found;
  }
}
