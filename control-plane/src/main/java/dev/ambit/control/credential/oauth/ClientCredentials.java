package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.Capabilities;
import dev.ambit.control.credential.CredentialProvider;
import dev.ambit.control.credential.Injection;
import dev.ambit.control.credential.IssueAnswer;
import dev.ambit.control.credential.Material;
import dev.ambit.control.credential.Order;
import dev.ambit.control.credential.Probe;
import dev.ambit.control.credential.RevokeAnswer;
import dev.ambit.resources.ProviderSpec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tokens of an OAuth 2.0 server: client credentials (RFC 6749 4.4) for scopes and resources (RFC
/// 8707), revocation (RFC 7009), introspection by a verifier of its own (RFC 7662).
public final class ClientCredentials implements CredentialProvider {
  private static final String SCOPES = "scopes";
  private static final String RESOURCE = "resource";
  private static final byte[] BEARER = "Bearer ".getBytes(StandardCharsets.US_ASCII);

  private final ProviderSpec.OAuthClientCredentials spec;
  private final IssuerHttp http;

  public ClientCredentials(ProviderSpec.OAuthClientCredentials spec, IssuerHttp http) {
    this.spec = spec;
    this.http = http;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(true, spec.lifetimeMax(), spec.propagationBound());
  }

  @Override
  public IssueAnswer issue(Order order) {
    var narrow = order.reference().narrow();
    if (!Set.of(SCOPES, RESOURCE).containsAll(narrow.keySet())) {
      return new IssueAnswer.Refused("narrow: unknown key (expected: scopes, resource)");
    }
    var scopes = narrow.getOrDefault(SCOPES, spec.scopes());
    var offered = spec.resource().stream().map(URI::toString).toList();
    var resources = narrow.getOrDefault(RESOURCE, offered);
    if (!spec.scopes().containsAll(scopes) || !offered.containsAll(resources)) {
      return new IssueAnswer.Refused("narrow: wider than the provider's (expected: a subset)");
    }
    try (var form = new Form()) {
      form.add("grant_type", "client_credentials");
      if (!scopes.isEmpty()) {
        form.add("scope", String.join(" ", scopes));
      }
      resources.forEach(resource -> form.add(RESOURCE, resource));
      return switch (http.postAlone(at(spec.tokenEndpoint()), spec.client(), form)) {
        case Reply.NotSent(String why) -> new IssueAnswer.Refused(why);
        case Reply.Broken(String why) -> new IssueAnswer.Lost(why);
        case Reply.Answered(int status, Material body) -> {
          try (body) {
            yield issued(status, body, scopes);
          }
        }
      };
    }
  }

  /// Returning `Accepted` means "asked", nothing more. A body with an `error` under status 200 is a
  /// refusal: some servers answer so for a token they do not know.
  @Override
  public RevokeAnswer revoke(Material token) {
    try (var form = new Form()) {
      form.add("token", token).add("token_type_hint", "access_token");
      return switch (http.post(at(spec.revocationEndpoint()), spec.client(), form)) {
        case Reply.NotSent(String why) -> new RevokeAnswer.Refused(why);
        case Reply.Broken(String why) -> new RevokeAnswer.Refused(why);
        case Reply.Answered(int status, Material body) -> {
          try (body) {
            var error = Verdicts.error(body);
            yield status == 200 && error.isEmpty()
                ? new RevokeAnswer.Accepted()
                : new RevokeAnswer.Refused("revocation: " + said(status, error));
          }
        }
      };
    }
  }

  @Override
  public Probe probe(Material token) {
    try (var form = new Form()) {
      form.add("token", token).add("token_type_hint", "access_token");
      return switch (http.post(at(spec.introspectionEndpoint()), spec.verifier(), form)) {
        case Reply.NotSent(String why) -> new Probe.Unknown(why);
        case Reply.Broken(String why) -> new Probe.Unknown(why);
        case Reply.Answered(int status, Material body) -> {
          try (body) {
            yield status == 200
                ? Verdicts.introspection(body)
                : new Probe.Unknown("introspection: " + said(status, Verdicts.error(body)));
          }
        }
      };
    }
  }

  @Override
  public Injection inject(Material token) {
    var value = new byte[BEARER.length + token.bytes().length];
    System.arraycopy(BEARER, 0, value, 0, BEARER.length);
    System.arraycopy(token.bytes(), 0, value, BEARER.length, token.bytes().length);
    return new Injection("authorization", new Material(value));
  }

  private IssueAnswer issued(int status, Material body, List<String> asked) {
    if (status != 200) {
      var why = "token: " + said(status, Verdicts.error(body));
      // What failed inside the server or behind a gateway may have issued before it failed.
      var unclear = status / 100 == 2 || (status / 100 == 5 && status != 503);
      return unclear ? new IssueAnswer.Lost(why) : new IssueAnswer.Refused(why);
    }
    var response = TokenResponse.read(body);
    discard(response.refreshToken());
    var token = response.token();
    if (token == null) {
      return new IssueAnswer.Lost(response.defect().orElse("answer: no access_token"));
    }
    var granted = response.scope().orElse(asked); // RFC 6749 5.1: absent means as asked
    var wider = new HashSet<>(granted);
    asked.forEach(wider::remove);
    var defect =
        response.defect().isPresent() || wider.isEmpty()
            ? response.defect()
            : Optional.of("scope: wider than asked (expected: a subset)");
    var life = response.expiresIn().stream().mapToObj(Duration::ofSeconds).findFirst();
    return new IssueAnswer.Issued(
        token, life.orElse(spec.lifetimeMax()), wider.isEmpty() ? granted : List.of(), defect);
  }

  /// A refresh token would outlive the session, and the access token that came with it is refused
  /// for it. This is the one try to be rid of it: whoever sends one must be told not to.
  private void discard(@Nullable Material refreshToken) {
    if (refreshToken == null) {
      return;
    }
    try (refreshToken;
        var form = new Form()) {
      form.add("token", refreshToken).add("token_type_hint", "refresh_token");
      if (http.post(at(spec.revocationEndpoint()), spec.client(), form)
          instanceof Reply.Answered(int _, Material body)) {
        body.close();
      }
    }
  }

  private static String said(int status, Optional<String> error) {
    return error.map(code -> "status " + status + ", " + code).orElse("status " + status);
  }

  private IssuerHttp.Endpoint at(URI uri) {
    return new IssuerHttp.Endpoint(uri, spec.roots());
  }
}
