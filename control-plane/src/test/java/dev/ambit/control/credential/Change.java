package dev.ambit.control.credential;

import dev.ambit.resources.ProviderSpec.Client;
import dev.ambit.resources.ProviderSpec.Exchange;
import dev.ambit.resources.ProviderSpec.OAuthClientCredentials;
import java.util.List;
import java.util.Optional;

/// One provider of the tests, configured in one respect otherwise.
public record Change(OAuthClientCredentials spec) {
  public OAuthClientCredentials scopes(String... scopes) {
    return with(spec.client(), List.of(scopes), spec.authorizationDetails(), spec.exchange());
  }

  public OAuthClientCredentials client(Client client) {
    return with(client, spec.scopes(), spec.authorizationDetails(), spec.exchange());
  }

  public OAuthClientCredentials details(String json) {
    return with(spec.client(), spec.scopes(), Optional.of(json), spec.exchange());
  }

  public OAuthClientCredentials exchange(Exchange exchange) {
    return with(spec.client(), spec.scopes(), spec.authorizationDetails(), Optional.of(exchange));
  }

  private OAuthClientCredentials with(
      Client client, List<String> scopes, Optional<String> details, Optional<Exchange> exchange) {
    return new OAuthClientCredentials(
        spec.name(),
        spec.tokenEndpoint(),
        spec.revocationEndpoint(),
        spec.introspectionEndpoint(),
        spec.roots(),
        client,
        spec.verifier(),
        scopes,
        spec.resource(),
        spec.audience(),
        details,
        exchange,
        spec.lifetimeMax(),
        spec.propagationBound());
  }
}
