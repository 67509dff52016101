package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Values that are right one by one and unsafe together.
class UnsafeValuesTest {
  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

  @Test
  void refusesToInstallWithoutATrustDomain() {
    assertThatThrownBy(Rendered::bare).hasMessageContaining("spire.trustDomain: none (expected: ");
  }

  @Test
  void refusesAWebhookThatMayBeIgnoredWithoutPolicies() {
    assertThatThrownBy(() -> Rendered.with("webhook.failurePolicy=Ignore", "policy.enabled=false"))
        .hasMessageContaining("webhook.failurePolicy: Ignore (expected: Fail while policy.enabled");
    assertThat(Rendered.with("webhook.failurePolicy=Ignore").text())
        .contains("failurePolicy: Ignore");
  }

  @Test
  void refusesATagWhereDigestsAreAskedFor() {
    assertThatThrownBy(() -> Rendered.with("policy.requireDigests=true"))
        .hasMessageContaining("controlPlane.image.digest: none (expected: sha256:…");
    assertThatThrownBy(() ->
            Rendered.with(
                "policy.requireDigests=true",
                "controlPlane.image.digest=" + DIGEST,
                "proxy.image.digest=" + DIGEST))
        .hasMessageContaining("redirect.image.digest: none");
    assertThat(
            Rendered.with(
                    "policy.requireDigests=true",
                    "controlPlane.image.digest=" + DIGEST,
                    "proxy.image.digest=" + DIGEST,
                    "redirect.image.digest=" + DIGEST)
                .text())
        .contains("ambit-proxy@" + DIGEST)
        .doesNotContain("ambit-proxy:0");
  }

  @Test
  void refusesTheTagThatMovesByItself() {
    assertThatThrownBy(() -> Rendered.with("proxy.image.tag=latest"))
        .hasMessageContaining("proxy.image.tag: latest (expected: a version or a digest");
  }

  @Test
  void refusesASecretThatIsNotNamedAndOneThatNobodyTrusts() {
    assertThatThrownBy(() -> Rendered.with("webhook.certificates.mode=existingSecret"))
        .hasMessageContaining("webhook.certificates.existingSecret.name: none");
    assertThatThrownBy(() ->
            Rendered.with(
                "webhook.certificates.mode=existingSecret",
                "webhook.certificates.existingSecret.name=mine"))
        .hasMessageContaining("webhook.certificates.existingSecret.caBundle: none");
  }

  @Test
  void refusesTheExplicitModeWithoutNetworkPolicies() {
    assertThatThrownBy(() -> Rendered.with("proxy.mode=explicit", "networkPolicy.enabled=false"))
        .hasMessageContaining("networkPolicy.enabled: false (expected: true while proxy.mode");
  }

  @Test
  void refusesTheNamespaceThatEverybodyHas() {
    assertThatThrownBy(() -> Rendered.in("default", "1.34.4", Rendered.TRUST_DOMAIN))
        .hasMessageContaining("namespace: default (expected: one of the release's own");
  }
}
