package dev.ambit.dev.issuer;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The tokens that are alive: opaque, 256 random bits. Thread-safe. At most 10,000; beyond that the
/// oldest die.
final class Tokens {
  static final int COUNT_MAX = 10_000;

  private final Map<String, Token> alive =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Token> eldest) {
          return size() > COUNT_MAX;
        }
      };
  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;
  private final Duration life;

  Tokens(InstantSource clock, Duration life) {
    this.clock = clock;
    this.life = life;
  }

  /// What the issuer knows of one token.
  record Token(
      String value, String client, Set<String> scopes, Instant issuedAt, Instant expiresAt) {
    Token {
      scopes = Set.copyOf(scopes);
    }

    String scope() {
      return String.join(" ", scopes.stream().sorted().toList());
    }

    @Override
    public String toString() {
      return "Token[of " + client + "]";
    }
  }

  synchronized Token issue(String client, Set<String> scopes) {
    var bits = new byte[32];
    random.nextBytes(bits);
    var now = clock.instant();
    var token =
        new Token(
            Base64.getUrlEncoder().withoutPadding().encodeToString(bits),
            client,
            scopes,
            now,
            now.plus(life));
    alive.put(token.value(), token);
    return token;
  }

  /// The token if it is alive at this instant.
  synchronized Optional<Token> find(String value) {
    return Optional.ofNullable(alive.get(value))
        .filter(token -> clock.instant().isBefore(token.expiresAt()));
  }

  synchronized void kill(String value) {
    alive.remove(value);
  }

  /// Seconds that a fresh token lives.
  long lifeSeconds() {
    return life.toSeconds();
  }
}
