package dev.ambit.spiffe.source;

import io.grpc.Context;
import io.grpc.Deadline;
import io.spiffe.exception.JwtSvidException;
import io.spiffe.spiffeid.SpiffeId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Fetches JWT-SVIDs and keeps each until half of its life is over. The library's own cache goes by
/// `iat`, which a token need not have. Thread-safe; one fetch at a time.
final class JwtSvids {
  static final int AUDIENCES_MAX = 64;
  private static final int AUDIENCE_LENGTH_MAX = 2048;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Endpoint endpoint;
  private final InstantSource clock;
  private final Map<String, Held> held = new LinkedHashMap<>(16, 0.75f, true);

  JwtSvids(Endpoint endpoint, InstantSource clock) {
    this.endpoint = endpoint;
    this.clock = clock;
  }

  /// Blocks for at most 5 s. While the agent fails, a token that is still valid is good enough.
  synchronized String fetch(String spiffeId, String audience) throws IdentityUnavailable {
    if (audience.isBlank() || audience.length() > AUDIENCE_LENGTH_MAX) {
      throw new IllegalArgumentException(
          "audience: "
              + audience.length()
              + " characters (expected: 1 to "
              + AUDIENCE_LENGTH_MAX
              + ", not blank)");
    }
    var now = clock.instant();
    var kept = held.get(audience);
    if (kept != null && kept.spiffeId.equals(spiffeId) && now.isBefore(kept.renewAt)) {
      return kept.token;
    }
    try {
      var fresh = ask(spiffeId, audience, now);
      held.put(audience, fresh);
      if (held.size() > AUDIENCES_MAX) {
        held.remove(held.keySet().iterator().next());
      }
      return fresh.token;
    } catch (IdentityUnavailable e) {
      if (kept != null && kept.spiffeId.equals(spiffeId) && now.isBefore(kept.expiry)) {
        return kept.token;
      }
      throw e;
    }
  }

  private Held ask(String spiffeId, String audience, Instant now) throws IdentityUnavailable {
    // The library sets no deadline; the surrounding context's counts for its calls.
    var deadline = Deadline.after(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    var context = Context.current().withDeadline(deadline, endpoint.loops().next());
    var outer = context.attach();
    try (var client = endpoint.newClient()) {
      var svid = client.fetchJwtSvid(SpiffeId.parse(spiffeId), audience);
      var expiry = svid.getExpiry().toInstant();
      var half = Duration.between(now, expiry).dividedBy(2);
      return new Held(spiffeId, svid.getToken(), now.plus(half), expiry);
    } catch (JwtSvidException e) {
      throw Advice.about(endpoint, PATIENCE, e);
    } finally {
      context.detachAndCancel(outer, null);
    }
  }

  private record Held(String spiffeId, String token, Instant renewAt, Instant expiry) {}
}
