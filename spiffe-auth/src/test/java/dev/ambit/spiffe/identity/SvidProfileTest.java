package dev.ambit.spiffe.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.spiffe.x509.Issuer;
import dev.ambit.spiffe.x509.Purpose;
import dev.ambit.spiffe.x509.SubjectName;
import java.security.cert.CertificateException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A leaf is an X.509-SVID or it is refused (X509-SVID 2 to 4).
class SvidProfileTest {
  private final Issuer issuer = Issuer.of("test.example");

  @Test
  void readsTheIdOfASvid() throws Exception {
    assertThat(check(issuer.svid("/a/b"))).isEqualTo("spiffe://test.example/a/b");
    assertThat(check(issuer.rsa("/a"))).isEqualTo("spiffe://test.example/a");
    assertThat(check(named(new SubjectName.Dns("a.example"), uri("spiffe://test.example/a"))))
        .isEqualTo("spiffe://test.example/a");
  }

  @Test
  void refusesOtherNumbersOfUris() {
    refuses(named(new SubjectName.Dns("a.example")), "SVID: 0 URI names (expected: exactly one)");
    refuses(
        named(uri("spiffe://test.example/a"), uri("https://a.example")),
        "SVID: 2 URI names (expected: exactly one)");
    refuses(
        named(uri("spiffe://test.example/a"), uri("spiffe://test.example/a")),
        "SVID: 2 URI names (expected: exactly one)");
  }

  @Test
  void refusesUrisThatAreNoIdOfAWorkload() {
    refuses(
        named(uri("spiffe://test.example")),
        "SVID: the ID of a trust domain (expected: the ID of a workload)");
    refuses(
        named(uri("https://test.example/a")),
        "SPIFFE ID: another scheme (expected: spiffe://<trust domain>/<path>)");
    refuses(
        named(uri("spiffe://test.example/a/../b")),
        "SPIFFE ID: path segment that is empty, . or .. (expected: names between single slashes)");
  }

  @Test
  void refusesAuthorities() {
    refuses(issuer.authorityAs("/a"), "SVID: a certificate authority (expected: a leaf)");
  }

  @Test
  void refusesAKeyThatMaySignOthers() {
    refuses(
        issuer.signingLeaf("/a"),
        "SVID: another key usage (expected: digitalSignature and no signing of others)");
    refuses(
        issuer.leafWithoutUsage("/a"),
        "SVID: another key usage (expected: digitalSignature and no signing of others)");
  }

  private Issuer.Identity named(SubjectName... names) {
    return issuer.leaf(issuer.hour(), Set.of(Purpose.CLIENT), names);
  }

  private static SubjectName uri(String uri) {
    return new SubjectName.Uri(uri);
  }

  private static String check(Issuer.Identity identity) throws CertificateException {
    return SvidProfile.check(identity.chain().getFirst());
  }

  private static void refuses(Issuer.Identity identity, String message) {
    assertThatThrownBy(() -> check(identity))
        .isInstanceOf(CertificateException.class)
        .hasMessage(message);
  }
}
