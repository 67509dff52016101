package dev.ambit.dev.issuer;

import dev.ambit.cli.print.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Whom the issuer knows.
///
/// @param secretDigest SHA-256 over its secret, hex
/// @param scopes what it may ask for; empty: it gets no tokens
/// @param introspects true for those that may ask about the tokens of others
/// @param lies true: its revocations are answered with 200 and the token lives on
public record Client(
    String id, String secretDigest, Set<String> scopes, boolean introspects, boolean lies) {
  public Client {
    scopes = Set.copyOf(scopes);
  }

  boolean has(String secret) {
    return MessageDigest.isEqual(
        secretDigest.getBytes(StandardCharsets.US_ASCII),
        digest(secret).getBytes(StandardCharsets.US_ASCII));
  }

  /// What is kept of a secret.
  public static String digest(String secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
    }
  }

  /// The form in which a parent writes its clients down.
  public static String toJson(List<Client> clients) {
    return Json.pretty(clients.stream().map(Client::facts).toList());
  }

  /// Reads them.
  static List<Client> read(Path file) throws IOException {
    var list = (List<?>) Json.read(Files.readAllBytes(file)).orElseThrow();
    return list.stream().map(client -> of((Map<?, ?>) client)).toList();
  }

  private Map<String, Object> facts() {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("id", id);
    facts.put("secretDigest", secretDigest);
    facts.put("scopes", scopes.stream().sorted().toList());
    facts.put("introspects", introspects);
    facts.put("lies", lies);
    return facts;
  }

  private static Client of(Map<?, ?> facts) {
    var scopes = (List<?>) Objects.requireNonNull(facts.get("scopes"));
    return new Client(
        String.valueOf(facts.get("id")),
        String.valueOf(facts.get("secretDigest")),
        Set.copyOf(scopes.stream().map(String::valueOf).toList()),
        Boolean.TRUE.equals(facts.get("introspects")),
        Boolean.TRUE.equals(facts.get("lies")));
  }
}
