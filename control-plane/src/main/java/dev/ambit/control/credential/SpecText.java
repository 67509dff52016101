package dev.ambit.control.credential;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import dev.ambit.resources.ProviderSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The configuration of a provider as one text for the store: names files of secrets, holds none.
final class SpecText {
  private static final String OAUTH = "oauthClientCredentials";
  private static final String STANDING = "standingKey";
  private static final JsonFactory JSON = new JsonFactory();

  private SpecText() {}

  static String of(ProviderSpec spec) {
    return switch (spec) {
      case ProviderSpec.OAuthClientCredentials oauth -> write(members(oauth));
      case ProviderSpec.StandingKey key -> write(members(key));
    };
  }

  static ProviderSpec read(String text) {
    var members = parse(text);
    var kind = one(members, "kind");
    return switch (kind) {
      case OAUTH -> oauth(members);
      case STANDING -> standing(members);
      default ->
          throw new IllegalStateException(
              "provider: stored as " + kind + " (expected: " + OAUTH + ", " + STANDING + ")");
    };
  }

  private static ProviderSpec standing(Map<String, List<String>> members) {
    var use = many(members, "use");
    return new ProviderSpec.StandingKey(
        one(members, "name"),
        Path.of(one(members, "file")),
        switch (use.getFirst()) {
          case "header" -> new ProviderSpec.Use.Header(use.get(1), use.get(2));
          case "basic" -> new ProviderSpec.Use.Basic(use.get(1));
          case "query" -> new ProviderSpec.Use.Query(use.get(1));
          default ->
              throw new IllegalStateException(
                  "provider: stored use is unknown (expected: header, basic, query)");
        },
        Duration.parse(one(members, "lifetimeMax")));
  }

  private static Map<String, List<String>> members(ProviderSpec.StandingKey key) {
    var members = new LinkedHashMap<String, List<String>>();
    members.put("kind", List.of(STANDING));
    members.put("name", List.of(key.name()));
    members.put("file", List.of(key.file().toString()));
    members.put(
        "use",
        switch (key.use()) {
          case ProviderSpec.Use.Header(var name, var prefix) -> List.of("header", name, prefix);
          case ProviderSpec.Use.Basic(var user) -> List.of("basic", user);
          case ProviderSpec.Use.Query(var name) -> List.of("query", name);
        });
    members.put("lifetimeMax", List.of(key.lifetimeMax().toString()));
    return members;
  }

  private static ProviderSpec oauth(Map<String, List<String>> members) {
    return new ProviderSpec.OAuthClientCredentials(
        one(members, "name"),
        URI.create(one(members, "token")),
        URI.create(one(members, "revocation")),
        URI.create(one(members, "introspection")),
        any(members, "roots").stream().findFirst().map(Path::of),
        client(members, "client"),
        client(members, "verifier"),
        many(members, "scopes"),
        any(members, "resource").stream().map(URI::create).toList(),
        any(members, "audience"),
        any(members, "details").stream().findFirst(),
        exchange(members),
        Duration.parse(one(members, "lifetimeMax")),
        Duration.parse(one(members, "propagationBound")));
  }

  private static Map<String, List<String>> members(ProviderSpec.OAuthClientCredentials oauth) {
    var members = new LinkedHashMap<String, List<String>>();
    members.put("kind", List.of(OAUTH));
    members.put("name", List.of(oauth.name()));
    members.put("token", List.of(oauth.tokenEndpoint().toString()));
    members.put("revocation", List.of(oauth.revocationEndpoint().toString()));
    members.put("introspection", List.of(oauth.introspectionEndpoint().toString()));
    members.put("roots", oauth.roots().map(Path::toString).stream().toList());
    members.put("client", client(oauth.client()));
    members.put("verifier", client(oauth.verifier()));
    members.put("scopes", oauth.scopes());
    members.put("resource", oauth.resource().stream().map(URI::toString).toList());
    members.put("audience", oauth.audience());
    members.put("details", oauth.authorizationDetails().stream().toList());
    oauth
        .exchange()
        .ifPresent(exchange -> {
          members.put("subjectScopes", exchange.subjectScopes());
          members.put("exchangeAudience", exchange.audience());
        });
    members.put("lifetimeMax", List.of(oauth.lifetimeMax().toString()));
    members.put("propagationBound", List.of(oauth.propagationBound().toString()));
    return members;
  }

  private static Optional<ProviderSpec.Exchange> exchange(Map<String, List<String>> members) {
    return members.containsKey("subjectScopes")
        ? Optional.of(
            new ProviderSpec.Exchange(
                many(members, "subjectScopes"), many(members, "exchangeAudience")))
        : Optional.empty();
  }

  private static List<String> client(ProviderSpec.Client client) {
    return switch (client) {
      case ProviderSpec.Client.Secret(var id, var file) -> List.of("secret", id, file.toString());
      case ProviderSpec.Client.Key(var id, var file, var keyId, var algorithm, var audience) ->
          List.of("key", id, file.toString(), keyId, algorithm.name(), audience);
      case ProviderSpec.Client.Svid(var id, var audience) ->
          List.of("svid", id.orElse(""), audience);
    };
  }

  private static ProviderSpec.Client client(Map<String, List<String>> members, String name) {
    var of = many(members, name);
    return switch (of.getFirst()) {
      case "secret" -> new ProviderSpec.Client.Secret(of.get(1), Path.of(of.get(2)));
      case "key" ->
          new ProviderSpec.Client.Key(
              of.get(1),
              Path.of(of.get(2)),
              of.get(3),
              ProviderSpec.Client.Algorithm.valueOf(of.get(4)),
              of.get(5));
      case "svid" ->
          new ProviderSpec.Client.Svid(
              Optional.of(of.get(1)).filter(id -> !id.isEmpty()), of.get(2));
      default ->
          throw new IllegalStateException(
              "provider: stored " + name + " is unknown (expected: secret, key, svid)");
    };
  }

  /// What may be absent.
  private static List<String> any(Map<String, List<String>> members, String name) {
    return members.getOrDefault(name, List.of());
  }

  private static String one(Map<String, List<String>> members, String name) {
    return many(members, name).getFirst();
  }

  private static List<String> many(Map<String, List<String>> members, String name) {
    var values = members.get(name);
    if (values == null) {
      throw new IllegalStateException("provider: stored without " + name + " (expected: present)");
    }
    return values;
  }

  private static String write(Map<String, List<String>> members) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      json.writeStartObject();
      for (var member : members.entrySet()) {
        json.writeArrayFieldStart(member.getKey());
        for (var value : member.getValue()) {
          json.writeString(value);
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return text.toString();
  }

  private static Map<String, List<String>> parse(String text) {
    var members = new LinkedHashMap<String, List<String>>();
    try (var json = JSON.createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        var values = new ArrayList<String>();
        json.nextToken();
        while (json.nextToken() == JsonToken.VALUE_STRING) {
          values.add(json.getText());
        }
        members.put(name, values);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return members;
  }
}
