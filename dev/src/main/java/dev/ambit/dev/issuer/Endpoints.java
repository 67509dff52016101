package dev.ambit.dev.issuer;

import dev.ambit.dev.record.Journal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What the issuer decides, without HTTP: token (RFC 6749 4.4), revocation (RFC 7009) and
/// introspection (RFC 7662). Every decision goes into the journal with a digest of the token, never
/// the token. Thread-safe.
public final class Endpoints {
  static final String OTHER_SCOPE = "items:admin";
  private static final int HANG_MAX_MILLIS = 60_000;
  private static final int HANG_POLL_MILLIS = 50;

  private final Tokens tokens;
  private final Journal journal;
  private final Supplier<Mood> mood;

  Endpoints(Tokens tokens, Journal journal, Supplier<Mood> mood) {
    this.tokens = tokens;
    this.journal = journal;
    this.mood = mood;
  }

  Answer token(Client client, Form form) {
    if (!form.text("grant_type").equals("client_credentials")) {
      return Answer.error(400, "unsupported_grant_type", "expected: client_credentials");
    }
    if (client.scopes().isEmpty()) {
      return Answer.error(400, "unauthorized_client", "this client gets no tokens");
    }
    var asked = scopes(form.text("scope"));
    if (!client.scopes().containsAll(asked)) {
      return Answer.error(400, "invalid_scope", "expected: some of " + client.scopes());
    }
    return switch (mood.get()) {
      case HONEST -> issued(client, asked, tokens.lifeSeconds(), "");
      case BUSY -> Answer.error(429, "temporarily_unavailable", "too many requests");
      case HANGS -> hang();
      case EXPIRED -> issued(client, asked, 0, "");
      case WRONG -> issued(client, asked, tokens.lifeSeconds(), " " + OTHER_SCOPE);
    };
  }

  private Answer issued(Client client, Set<String> asked, long seconds, String wider) {
    var token = tokens.issue(client.id(), asked.isEmpty() ? client.scopes() : asked);
    record("issue", client, token.value(), Map.of("scope", token.scope() + wider));
    var facts = new LinkedHashMap<String, Object>();
    facts.put("access_token", token.value());
    facts.put("token_type", "Bearer");
    facts.put("expires_in", seconds);
    facts.put("scope", token.scope() + wider);
    return Answer.ok(facts);
  }

  /// Says nothing until it is in another mood, or whoever asked has long gone.
  private Answer hang() {
    for (int waited = 0; waited < HANG_MAX_MILLIS && mood.get() == Mood.HANGS; ) {
      try {
        TimeUnit.MILLISECONDS.sleep(HANG_POLL_MILLIS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        break;
      }
      waited += HANG_POLL_MILLIS;
    }
    return Answer.error(503, "temporarily_unavailable", "hung");
  }

  /// 200 for a token that is unknown or dead, too (RFC 7009 2.2), and for one that a client which
  /// is lied to wants dead.
  Answer revoke(Client client, Form form) {
    var value = form.text("token");
    if (value.isEmpty()) {
      return Answer.error(400, "invalid_request", "token: missing");
    }
    var token = tokens.find(value);
    if (token.isPresent() && !token.get().client().equals(client.id())) {
      record("revoke", client, value, Map.of("effect", "refused"));
      return Answer.error(400, "invalid_grant", "the token was issued to another client");
    }
    if (token.isPresent() && client.lies()) {
      record("revoke", client, value, Map.of("effect", "none"));
      return new Answer(200, Map.of());
    }
    tokens.kill(value);
    record("revoke", client, value, Map.of("effect", token.isPresent() ? "killed" : "unknown"));
    return new Answer(200, Map.of());
  }

  Answer introspect(Client client, Form form) {
    if (!client.introspects()) {
      return Answer.error(403, "access_denied", "this client may not introspect");
    }
    var value = form.text("token");
    var token = tokens.find(value);
    record("introspect", client, value, Map.of("active", token.isPresent()));
    if (token.isEmpty()) {
      return Answer.ok(Map.of("active", false));
    }
    var found = token.get();
    var facts = new LinkedHashMap<String, Object>();
    facts.put("active", true);
    facts.put("scope", found.scope());
    facts.put("client_id", found.client());
    facts.put("sub", found.client());
    facts.put("token_type", "Bearer");
    facts.put("iat", found.issuedAt().getEpochSecond());
    facts.put("exp", found.expiresAt().getEpochSecond());
    return Answer.ok(facts);
  }

  private void record(String event, Client client, String token, Map<String, Object> more) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("client", client.id());
    facts.put("token", digest(token));
    facts.putAll(more);
    journal.write(event, facts);
  }

  private static Set<String> scopes(String text) {
    var scopes = new TreeSet<>(List.of(text.split(" ", -1)));
    scopes.remove("");
    return scopes;
  }

  /// How a token is named in the journal: the first 64 bits of its SHA-256.
  public static String digest(String token) {
    return Client.digest(token).substring(0, 16);
  }
}
