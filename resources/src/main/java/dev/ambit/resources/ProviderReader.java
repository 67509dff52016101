package dev.ambit.resources;

import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.RequestTarget;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Reads the `spec` of a CredentialProvider: OAuth 2.0 client credentials is what there is.
final class ProviderReader {
  static final int SCOPES_MAX = 64;
  private static final Duration LIFETIME_DEFAULT = Duration.ofMinutes(5);
  private static final Duration PROPAGATION_DEFAULT = Duration.ofSeconds(10);
  private final Path folder;

  ProviderReader(Path folder) {
    this.folder = folder;
  }

  Optional<ProviderSpec> read(String name, Section spec) {
    spec.unbuilt(
        "githubApp",
        "gitlab",
        "aws",
        "awsSts",
        "gcp",
        "azure",
        "vault",
        "openbao",
        "kubernetes",
        "tokenRequest",
        "tokenExchange",
        "jwtSvid",
        "x509Svid",
        "staticKey");
    var oauth = spec.section("oauth").flatMap(section -> oauth(name, section));
    spec.close();
    return oauth;
  }

  private Optional<ProviderSpec> oauth(String name, Section oauth) {
    var before = oauth.findings().count();
    oauth.unbuilt("dpop", "tokenExchange");
    var token = endpoint(oauth, "tokenEndpoint");
    var revocation = endpoint(oauth, "revocationEndpoint");
    var introspection = endpoint(oauth, "introspectionEndpoint");
    var roots = oauth.optionalSection("roots").flatMap(this::roots);
    var client = oauth.section("client").flatMap(this::client);
    var verifier = oauth.optionalSection("verifier").flatMap(this::client).or(() -> client);
    var scopes = scopes(oauth);
    var resource = new ArrayList<URI>();
    for (var item : oauth.optionalTexts("resource", 16)) {
      absolute(oauth.findings(), item.place(), item.text()).ifPresent(resource::add);
    }
    var lifetime = oauth.duration("lifetimeMax", Duration.ofSeconds(10), Duration.ofDays(1));
    var propagation =
        oauth.duration("propagationBound", Duration.ofSeconds(1), Duration.ofHours(1));
    oauth.close();
    if (oauth.findings().count() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new ProviderSpec.OAuthClientCredentials(
            name,
            token.orElseThrow(),
            revocation.orElseThrow(),
            introspection.orElseThrow(),
            roots,
            client.orElseThrow(),
            verifier.orElseThrow(),
            scopes,
            resource,
            lifetime.orElse(LIFETIME_DEFAULT),
            propagation.orElse(PROPAGATION_DEFAULT)));
  }

  private static Optional<URI> endpoint(Section oauth, String key) {
    var text = oauth.text(key);
    return text.isEmpty() ? Optional.empty() : absolute(oauth.findings(), oauth.place(key), text);
  }

  /// An `https` URL as strict as a call's, so that it names one place to everyone who reads it.
  private static Optional<URI> absolute(Findings findings, Place place, String text) {
    if (text.startsWith("https://") && RequestTarget.absolute(text) instanceof Parsed.Ok<?>) {
      return Optional.of(URI.create(text));
    }
    findings.add(place, Findings.shown(text), "https://host[:port]/path");
    return Optional.empty();
  }

  private Optional<Path> roots(Section roots) {
    var file = roots.text("file");
    roots.close();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    var path = folder.resolve(file);
    if (Pem.read(path).isEmpty()) {
      roots
          .findings()
          .add(roots.place("file"), Findings.shown(file), "a readable file of PEM certificates");
    }
    return Optional.of(path);
  }

  private Optional<ProviderSpec.Client> client(Section client) {
    var id = client.text("id");
    var secret = client.section("secret").flatMap(this::secretFile);
    client.close();
    return secret.map(file -> new ProviderSpec.Client(id, file));
  }

  /// The secret itself is not read here: it may be rotated, and must not stay in a resource.
  private Optional<Path> secretFile(Section secret) {
    var file = secret.text("file");
    secret.close();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    var path = folder.resolve(file);
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      secret.findings().add(secret.place("file"), Findings.shown(file), "a readable file");
    }
    return Optional.of(path);
  }

  private static List<String> scopes(Section oauth) {
    var scopes = new LinkedHashSet<String>();
    for (var item : oauth.texts("scopes", SCOPES_MAX)) {
      if (!isScope(item.text())) {
        oauth.findings().add(item.place(), Findings.shown(item.text()), "a scope of RFC 6749 3.3");
      } else if (!scopes.add(item.text())) {
        oauth.findings().add(item.place(), "scope twice", "each once");
      }
    }
    return List.copyOf(scopes);
  }

  private static boolean isScope(String text) {
    return text.length() <= 256
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
  }
}
