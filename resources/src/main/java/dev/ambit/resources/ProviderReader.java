package dev.ambit.resources;

import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.RequestTarget;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Reads the `spec` of a CredentialProvider.
final class ProviderReader {
  static final int SCOPES_MAX = 64;
  private static final int AUDIENCES_MAX = 16;
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
        "jwtSvid",
        "x509Svid");
    if (spec.has("oauth") == spec.has("static")) {
      spec.findings()
          .add(
              spec.place(),
              spec.has("oauth") ? "oauth and static" : "no kind of provider",
              "exactly one of oauth, static");
    }
    var oauth = spec.optionalSection("oauth").flatMap(section -> oauth(name, section));
    var standing =
        spec.optionalSection("static")
            .flatMap(section -> new StandingKeyReader(folder).read(name, section));
    spec.close();
    return oauth.or(() -> standing);
  }

  private Optional<ProviderSpec> oauth(String name, Section oauth) {
    var before = oauth.findings().count();
    oauth.unbuilt("dpop");
    var token = endpoint(oauth, "tokenEndpoint");
    var revocation = endpoint(oauth, "revocationEndpoint");
    var introspection = endpoint(oauth, "introspectionEndpoint");
    var roots = oauth.optionalSection("roots").flatMap(this::roots);
    var clients = new ClientReader(folder);
    var client = oauth.section("client").flatMap(clients::read);
    var verifier = oauth.optionalSection("verifier").flatMap(clients::read).or(() -> client);
    var scopes = scopes(oauth, oauth.texts("scopes", SCOPES_MAX));
    var resource = new ArrayList<URI>();
    for (var item : oauth.optionalTexts("resource", AUDIENCES_MAX)) {
      absolute(oauth.findings(), item.place(), item.text()).ifPresent(resource::add);
    }
    var exchange = oauth.optionalSection("tokenExchange").map(section -> exchange(section, scopes));
    var details = oauth.optionalText("authorizationDetails");
    if (details.isPresent() && !AuthorizationDetails.wellFormed(details.get())) {
      oauth
          .findings()
          .add(
              oauth.place("authorizationDetails"),
              "not usable",
              "a JSON array of objects, each with a type");
    }
    var audience = new LinkedHashSet<>(audience(oauth));
    if (!oauth.has("audience")) {
      // Whom it was asked for is whom it may be for.
      resource.forEach(uri -> audience.add(uri.toString()));
      exchange.ifPresent(asked -> audience.addAll(asked.audience()));
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
            List.copyOf(audience),
            details,
            exchange,
            lifetime.orElse(LIFETIME_DEFAULT),
            propagation.orElse(PROPAGATION_DEFAULT)));
  }

  /// @param scopes the provider's, which the session's own token has, too, if nothing else is said
  private static ProviderSpec.Exchange exchange(Section exchange, List<String> scopes) {
    var own = scopes(exchange, exchange.optionalTexts("subjectScopes", SCOPES_MAX));
    var audience = audience(exchange);
    exchange.close();
    return new ProviderSpec.Exchange(exchange.has("subjectScopes") ? own : scopes, audience);
  }

  private static List<String> audience(Section section) {
    var audience = new LinkedHashSet<String>();
    for (var item : section.optionalTexts("audience", AUDIENCES_MAX)) {
      if (!isName(item.text())) {
        section
            .findings()
            .add(item.place(), Findings.shown(item.text()), "1 to 256 visible characters");
      } else if (!audience.add(item.text())) {
        section.findings().add(item.place(), "audience twice", "each once");
      }
    }
    return List.copyOf(audience);
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

  private static List<String> scopes(Section section, List<Section.Item> items) {
    var scopes = new LinkedHashSet<String>();
    for (var item : items) {
      if (!isScope(item.text())) {
        section
            .findings()
            .add(item.place(), Findings.shown(item.text()), "a scope of RFC 6749 3.3");
      } else if (!scopes.add(item.text())) {
        section.findings().add(item.place(), "scope twice", "each once");
      }
    }
    return List.copyOf(scopes);
  }

  private static boolean isScope(String text) {
    return isName(text) && text.indexOf('"') < 0 && text.indexOf('\\') < 0;
  }

  private static boolean isName(String text) {
    return text.length() <= 256 && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
