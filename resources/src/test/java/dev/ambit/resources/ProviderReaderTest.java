package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.resources.ProviderSpec.Client;
import dev.ambit.resources.ProviderSpec.OAuthClientCredentials;
import dev.ambit.resources.ProviderSpec.StandingKey;
import dev.ambit.resources.ProviderSpec.Use;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where a credential comes from is read whole, and a key that outlives sessions only where that is
/// accepted.
class ProviderReaderTest {
  private static final String STANDING =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: CredentialProvider
      metadata: { name: company-key }
      spec:
        static:
          key: { file: client.secret }
          header: { name: x-api-key }
      """;

  @TempDir Path path;

  @Test
  void readsHowAClientProvesItselfByItsKeyAndByTheSvidOfTheControlPlane() {
    var oauth =
        oauth(
            "client: { id: ambit, key: { file: client.secret, id: k1, audience: \"https://i\" } }",
            "verifier: { svid: { audience: \"https://i/realms/a\" } }");
    assertThat(oauth.client())
        .isEqualTo(
            new Client.Key(
                "ambit", path.resolve("client.secret"), "k1", Client.Algorithm.ES256, "https://i"));
    assertThat(oauth.verifier()).isEqualTo(new Client.Svid(Optional.empty(), "https://i/realms/a"));
  }

  @Test
  void bindsATokenToWhomItWasAskedForUnlessItSaysWhoElse() {
    assertThat(new Folder(path).set().providers().get("tickets-oauth"))
        .isInstanceOfSatisfying(
            OAuthClientCredentials.class,
            oauth -> assertThat(oauth.audience()).containsExactly("https://api.example.com"));
    assertThat(extra("tokenExchange: { audience: [tickets] }").audience())
        .containsExactly("https://api.example.com", "tickets");
    assertThat(extra("audience: [tickets-verifier]").audience())
        .containsExactly("tickets-verifier");
  }

  @Test
  void givesTheSessionsOwnTokenTheProvidersScopesUnlessItSaysWhich() {
    assertThat(extra("tokenExchange: {}").exchange().orElseThrow().subjectScopes())
        .containsExactly("items:read", "items:write");
    assertThat(extra("tokenExchange: { subjectScopes: [own] }").exchange().orElseThrow())
        .satisfies(exchange -> assertThat(exchange.subjectScopes()).containsExactly("own"));
    assertThat(extra("tokenExchange: { subjectScopes: [] }").exchange().orElseThrow())
        .satisfies(exchange -> assertThat(exchange.subjectScopes()).isEmpty());
  }

  @Test
  void refusesAStandingKeyUnlessItsTemplateAcceptsThatItOutlives() {
    assertThat(standing(STANDING, "").findings())
        .containsExactly(
            "30-template.yaml:19: spec.grants[0].credential.provider: the key of company-key outlives"
                + " the session (expected: outlives: accepted in the spec of this template)");
    var set = standing(STANDING, "  outlives: accepted\n").set();
    assertThat(set.providers().get("company-key"))
        .isEqualTo(
            new StandingKey(
                "company-key",
                path.resolve("client.secret"),
                new Use.Header("x-api-key", ""),
                Duration.ofHours(1)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "basic: { user: ambit }                                   | ",
        "query: { name: key, logged: accepted }                   | ",
        "header: { name: x-api-key, prefix: 'Token ' }            | ",
        "header: { name: cookie, prefix: 'session=' }             | ",
        "query: { name: key }                                     | .query.logged: missing (expected: a string)",
        "query: { name: key, logged: no-matter }                  | .query.logged: no-matter (expected: accepted)",
        "query: { name: 'a=b', logged: accepted }                 | .query.name: a=b (expected: letters, digits, - . _ ~, at most 64)",
        "header: { name: X-Api-Key }                              | .header.name: X-Api-Key (expected: a lower-case field name that frames no message)",
        "header: { name: content-length }                         | .header.name: content-length (expected: a lower-case field name that frames no message)",
        "header: { name: host }                                   | .header.name: host (expected: a lower-case field name that frames no message)",
        "header: { name: x, prefix: \"a\\tb\" }                   | .header.prefix: not usable (expected: 1 to 64 printable characters)",
        "basic: { user: 'a:b' }                                   | .basic.user: not usable (expected: 1 to 64 printable characters without a colon)",
        "rotateOnClose: {}, basic: { user: a }                    | .rotateOnClose: not enforced yet by this version; remove it",
        "basic: { user: a }, header: { name: x }                  | : header and basic (expected: exactly one of header, basic, query)",
        "lifetimeMax: 1h                                          | : nowhere to go (expected: exactly one of header, basic, query)",
        "basic: { user: a }, lifetimeMax: 30s                     | .lifetimeMax: 30s (expected: 1m to 24h, such as 45s, 30m, 2h)",
      })
  void readsWhereAStandingKeyGoes(String use, @Nullable String finding) {
    var flow = "  static: { key: { file: client.secret }, " + use.strip() + " }\n";
    var text = STANDING.substring(0, STANDING.indexOf("  static:")) + flow;
    var findings = standing(text, "  outlives: accepted\n").findings();
    if (finding == null) {
      assertThat(findings).isEmpty();
    } else {
      assertThat(findings).containsExactly("20-provider.yaml:21: spec.static" + finding.strip());
    }
  }

  @Test
  void isOfExactlyOneKind() {
    assertThat(standing(STANDING.replace("  static:", "  oauth: {}\n  static:"), "").findings())
        .anyMatch(finding ->
            finding.endsWith("spec: oauth and static (expected: exactly one of oauth, static)"));
    var neither = STANDING.substring(0, STANDING.indexOf("spec:")) + "spec: {}\n";
    assertThat(standing(neither, "").findings())
        .anyMatch(finding ->
            finding.endsWith("spec: no kind of provider (expected: exactly one of oauth, static)"));
  }

  private Folder standing(String provider, String template) {
    return new Folder(path)
        .write("20-provider.yaml", Folder.PROVIDER + provider)
        .write(
            "30-template.yaml",
            Folder.TEMPLATE
                .replace("  sharing: exclusive\n", "  sharing: exclusive\n" + template)
                .replace(
                    "tickets-oauth, lifetime: session, narrow: { scopes: [\"items:${mode}\"] }",
                    "company-key, lifetime: session"));
  }

  private OAuthClientCredentials extra(String line) {
    return provider(
        Folder.PROVIDER.replace("    lifetimeMax", "    " + line + "\n    lifetimeMax"));
  }

  private OAuthClientCredentials oauth(String client, String verifier) {
    return provider(
        Folder.PROVIDER
            .replaceFirst(" client: .*", " " + client)
            .replaceFirst(" verifier: .*", " " + verifier));
  }

  private OAuthClientCredentials provider(String text) {
    return new Folder(path)
        .write("20-provider.yaml", text).set().providers().values().stream()
            .filter(OAuthClientCredentials.class::isInstance)
            .map(OAuthClientCredentials.class::cast)
            .findFirst()
            .orElseThrow();
  }
}
