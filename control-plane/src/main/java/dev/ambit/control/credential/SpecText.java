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

/// The configuration of a provider as one text for the store: names files of secrets, holds none.
final class SpecText {
  private static final String KIND = "oauthClientCredentials";
  private static final JsonFactory JSON = new JsonFactory();

  private SpecText() {}

  static String of(ProviderSpec spec) {
    return switch (spec) {
      case ProviderSpec.OAuthClientCredentials oauth -> write(members(oauth));
    };
  }

  static ProviderSpec read(String text) {
    var members = parse(text);
    var kind = one(members, "kind");
    if (!kind.equals(KIND)) {
      throw new IllegalStateException("provider: stored as " + kind + " (expected: " + KIND + ")");
    }
    return new ProviderSpec.OAuthClientCredentials(
        one(members, "name"),
        URI.create(one(members, "token")),
        URI.create(one(members, "revocation")),
        URI.create(one(members, "introspection")),
        many(members, "roots").stream().findFirst().map(Path::of),
        client(members, "client"),
        client(members, "verifier"),
        many(members, "scopes"),
        many(members, "resource").stream().map(URI::create).toList(),
        Duration.parse(one(members, "lifetimeMax")),
        Duration.parse(one(members, "propagationBound")));
  }

  private static Map<String, List<String>> members(ProviderSpec.OAuthClientCredentials oauth) {
    var members = new LinkedHashMap<String, List<String>>();
    members.put("kind", List.of(KIND));
    members.put("name", List.of(oauth.name()));
    members.put("token", List.of(oauth.tokenEndpoint().toString()));
    members.put("revocation", List.of(oauth.revocationEndpoint().toString()));
    members.put("introspection", List.of(oauth.introspectionEndpoint().toString()));
    members.put("roots", oauth.roots().map(Path::toString).stream().toList());
    members.put("client", List.of(oauth.client().id(), oauth.client().secretFile().toString()));
    members.put(
        "verifier", List.of(oauth.verifier().id(), oauth.verifier().secretFile().toString()));
    members.put("scopes", oauth.scopes());
    members.put("resource", oauth.resource().stream().map(URI::toString).toList());
    members.put("lifetimeMax", List.of(oauth.lifetimeMax().toString()));
    members.put("propagationBound", List.of(oauth.propagationBound().toString()));
    return members;
  }

  private static ProviderSpec.Client client(Map<String, List<String>> members, String name) {
    var values = many(members, name);
    return new ProviderSpec.Client(values.get(0), Path.of(values.get(1)));
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
