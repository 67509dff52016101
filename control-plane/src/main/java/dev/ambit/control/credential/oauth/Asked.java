package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.Order;
import dev.ambit.control.credential.Told;
import dev.ambit.resources.ProviderSpec;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How narrow a token is asked for, and whether what came is as narrow (RFC 6749 3.3, RFC 8707, RFC
/// 9396).
///
/// @param resources for whom, as URIs
/// @param audience for whom, as the issuer names them; in an exchange only
/// @param bound all that may stand in `aud`; empty: it is not looked at
/// @param details empty: none were asked for
/// @param flaw why it must not be asked for at all
record Asked(
    List<String> scopes,
    List<String> resources,
    List<String> audience,
    List<String> bound,
    Optional<String> details,
    Optional<String> flaw) {
  private static final String SCOPES = "scopes";
  private static final String RESOURCE = "resource";

  Asked {
    scopes = List.copyOf(scopes);
    resources = List.copyOf(resources);
    audience = List.copyOf(audience);
    bound = List.copyOf(bound);
  }

  static Asked of(ProviderSpec.OAuthClientCredentials spec, Order order) {
    return order.forSubject() ? subject(spec) : credential(spec, order);
  }

  /// The session's own token: for nobody but the issuer, which exchanges it.
  private static Asked subject(ProviderSpec.OAuthClientCredentials spec) {
    var scopes = spec.exchange().map(ProviderSpec.Exchange::subjectScopes).orElse(List.of());
    return new Asked(scopes, List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());
  }

  private static Asked credential(ProviderSpec.OAuthClientCredentials spec, Order order) {
    var narrow = order.reference().narrow();
    var scopes = narrow.getOrDefault(SCOPES, spec.scopes());
    var offered = spec.resource().stream().map(URI::toString).toList();
    var resources = narrow.getOrDefault(RESOURCE, offered);
    var flaw =
        !Set.of(SCOPES, RESOURCE).containsAll(narrow.keySet())
            ? Optional.of("narrow: unknown key (expected: scopes, resource)")
            : spec.scopes().containsAll(scopes) && offered.containsAll(resources)
                ? Optional.<String>empty()
                : Optional.of("narrow: wider than the provider's (expected: a subset)");
    return new Asked(
        scopes,
        resources,
        spec.exchange().map(ProviderSpec.Exchange::audience).orElse(List.of()),
        spec.audience(),
        spec.authorizationDetails(),
        flaw);
  }

  void addTo(Form form) {
    if (!scopes.isEmpty()) {
      form.add("scope", String.join(" ", scopes));
    }
    resources.forEach(resource -> form.add(RESOURCE, resource));
    audience.forEach(name -> form.add("audience", name));
    details.ifPresent(json -> form.add("authorization_details", json));
  }

  /// Why the answer grants more than was asked for, or not what it was asked to be bound to. A
  /// server that does not know `authorization_details` ignores them: then the token is not bound.
  Optional<String> excess(TokenResponse response) {
    if (wider(response.scope().orElse(scopes), scopes)) { // RFC 6749 5.1: absent means as asked
      return Optional.of("scope: wider than asked (expected: a subset)");
    }
    var granted = response.details();
    if (granted.isPresent()
        && wider(granted.get(), details.map(JsonValue::list).orElse(List.of()))) {
      return Optional.of("authorization_details: wider than asked (expected: a subset)");
    }
    return details.isPresent() && granted.isEmpty()
        ? Optional.of("authorization_details: ignored (expected: granted in the answer)")
        : Optional.empty();
  }

  /// Why a living token is for more than was asked for, by its verifier's word.
  Optional<String> excess(Told told) {
    if (told.scope().isPresent() && wider(told.scope().get(), scopes)) {
      return Optional.of("introspected scope: wider than asked (expected: a subset)");
    }
    if (bound.isEmpty()) {
      return Optional.empty();
    }
    if (told.audience().isEmpty() || told.audience().get().isEmpty()) {
      return Optional.of("introspected aud: none (expected: bound to whom it was asked for)");
    }
    return wider(told.audience().get(), bound)
        ? Optional.of("introspected aud: wider than configured (expected: a subset)")
        : Optional.empty();
  }

  private static boolean wider(List<?> granted, List<?> asked) {
    var rest = new HashSet<Object>(granted);
    asked.forEach(rest::remove);
    return !rest.isEmpty();
  }
}
