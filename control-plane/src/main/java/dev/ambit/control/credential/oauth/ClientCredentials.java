package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.Capabilities;
import dev.ambit.control.credential.CredentialProvider;
import dev.ambit.control.credential.Injection;
import dev.ambit.control.credential.IssueAnswer;
import dev.ambit.control.credential.Material;
import dev.ambit.control.credential.Order;
import dev.ambit.control.credential.Probe;
import dev.ambit.control.credential.RevokeAnswer;
import dev.ambit.control.credential.Told;
import dev.ambit.resources.ProviderSpec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tokens of an OAuth 2.0 server: client credentials (RFC 6749 4.4), exchanged if so configured
/// (RFC 8693), for scopes, resources (RFC 8707) and authorization details (RFC 9396); revocation
/// (RFC 7009), introspection by a verifier of its own (RFC 7662).
public final class ClientCredentials implements CredentialProvider {
  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
  private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final byte[] BEARER = "Bearer ".getBytes(StandardCharsets.US_ASCII);
  private static final int HTTPS_PORT = 443;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  private final ProviderSpec.OAuthClientCredentials spec;
  private final IssuerHttp http;

  public ClientCredentials(ProviderSpec.OAuthClientCredentials spec, IssuerHttp http) {
    this.spec = spec;
    this.http = http;
  }

  @Override
  public Capabilities capabilities() {
    var token = spec.tokenEndpoint();
    var port = token.getPort() < 0 ? HTTPS_PORT : token.getPort();
    return new Capabilities(
        Capabilities.Ending.REVOCATION,
        spec.exchange().isPresent(),
        "https://" + token.getHost() + ":" + port,
        spec.lifetimeMax(),
        spec.propagationBound());
  }

  @Override
  public IssueAnswer issue(Order order, @Nullable Material subject) {
    var asked = Asked.of(spec, order);
    if (asked.flaw().isPresent()) {
      return new IssueAnswer.NotAsked(asked.flaw().get());
    }
    try (var form = new Form()) {
      if (subject == null) {
        form.add("grant_type", "client_credentials");
      } else {
        form.add("grant_type", EXCHANGE)
            .add("subject_token", subject)
            .add("subject_token_type", ACCESS_TOKEN)
            .add("requested_token_type", ACCESS_TOKEN);
      }
      asked.addTo(form);
      return switch (http.postAlone(at(spec.tokenEndpoint()), spec.client(), form)) {
        case Reply.Impossible(String why) -> new IssueAnswer.NotAsked(why);
        case Reply.NotSent(String why) -> new IssueAnswer.Unreachable(why);
        case Reply.Broken(String why) -> new IssueAnswer.Lost(why);
        case Reply.Answered(int status, Material body) -> {
          try (body) {
            yield issued(status, body, asked, subject != null);
          }
        }
      };
    }
  }

  @Override
  public Optional<String> excess(Order order, Told told) {
    return Asked.of(spec, order).excess(told);
  }

  /// Returning `Accepted` means "asked", nothing more. A body with an `error` under status 200 is a
  /// refusal: some servers answer so for a token they do not know.
  @Override
  public RevokeAnswer revoke(Material token) {
    try (var form = new Form()) {
      form.add("token", token).add("token_type_hint", "access_token");
      return switch (http.post(at(spec.revocationEndpoint()), spec.client(), form)) {
        case Reply.Impossible(String why) -> new RevokeAnswer.Refused(why);
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
        case Reply.Impossible(String why) -> new Probe.Unknown(why);
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
    return Injection.header("authorization", new Material(value));
  }

  private IssueAnswer issued(int status, Material body, Asked asked, boolean exchanged) {
    if (status != 200) {
      var why = "token: " + said(status, Verdicts.error(body));
      // What failed inside the server or behind a gateway may have issued before it failed.
      var unclear = status / 100 == 2 || (status / 100 == 5 && status != UNAVAILABLE);
      if (unclear) {
        return new IssueAnswer.Lost(why);
      }
      return status == UNAVAILABLE || status == TOO_MANY
          ? new IssueAnswer.Unreachable(why)
          : new IssueAnswer.Refused(why);
    }
    var response = TokenResponse.read(body);
    discard(response.refreshToken());
    var token = response.token();
    if (token == null) {
      return new IssueAnswer.Lost(response.defect().orElse("answer: no access_token"));
    }
    var wider = asked.excess(response);
    var defect =
        response
            .defect()
            .or(() -> wider)
            .or(() ->
                exchanged && !response.issuedType().equals(Optional.of(ACCESS_TOKEN))
                    ? Optional.of("issued_token_type: another (expected: access_token)")
                    : Optional.empty());
    var life = response.expiresIn().stream().mapToObj(Duration::ofSeconds).findFirst();
    return new IssueAnswer.Issued(
        token,
        life.orElse(spec.lifetimeMax()),
        wider.isEmpty() ? response.scope().orElse(asked.scopes()) : List.of(),
        defect);
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
