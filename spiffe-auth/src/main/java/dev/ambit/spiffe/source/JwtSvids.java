package dev.ambit.spiffe.source;

import io.grpc.Context;
import io.grpc.Deadline;
import io.spiffe.exception.JwtSvidException;
import io.spiffe.spiffeid.SpiffeId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// Fetches JWT-SVIDs and keeps each until half of its life is over. The library's own cache goes by
/// `iat`, which a token need not have. Thread-safe; those who want the same token share one fetch,
/// and nobody waits for a fetch of another's.
final class JwtSvids {
  static final int AUDIENCES_MAX = 64;
  private static final int AUDIENCE_LENGTH_MAX = 2048;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Endpoint endpoint;
  private final InstantSource clock;
  private final Map<Wanted, Held> held = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Wanted, FutureTask<Held>> asked = new HashMap<>();

  JwtSvids(Endpoint endpoint, InstantSource clock) {
    this.endpoint = endpoint;
    this.clock = clock;
  }

  /// Blocks for at most 5 s. While the agent fails, a token that is still valid is good enough.
  String fetch(String spiffeId, String audience) throws IdentityUnavailable {
    var wanted = new Wanted(spiffeId, audience);
    FutureTask<Held> answer;
    synchronized (this) {
      var kept = held.get(wanted);
      if (kept != null && clock.instant().isBefore(kept.renewAt)) {
        return kept.token;
      }
      answer = asked.computeIfAbsent(wanted, this::start);
    }
    try {
      return answer.get().token;
    } catch (ExecutionException e) {
      return stillValid(wanted, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IdentityUnavailable("interrupted while waiting for a JWT-SVID", e);
    }
  }

  private synchronized String stillValid(Wanted wanted, ExecutionException failure)
      throws IdentityUnavailable {
    var kept = held.get(wanted);
    if (kept != null && clock.instant().isBefore(kept.expiry)) {
      return kept.token;
    }
    if (failure.getCause() instanceof IdentityUnavailable reason) {
      throw reason.again();
    }
    throw new IllegalStateException("cannot fetch a JWT-SVID", failure);
  }

  /// On a thread of its own, so that a caller who is interrupted ends nobody else's fetch.
  private FutureTask<Held> start(Wanted wanted) {
    var fetch = new FutureTask<>(() -> askAndKeep(wanted));
    var _ = Thread.ofVirtual().name("spiffe-jwt").start(fetch);
    return fetch;
  }

  private Held askAndKeep(Wanted wanted) throws IdentityUnavailable {
    try {
      var fresh = ask(wanted);
      keep(wanted, fresh);
      return fresh;
    } finally {
      forget(wanted);
    }
  }

  /// Kept before the fetch is forgotten: who comes in between finds the one or the other.
  private synchronized void keep(Wanted wanted, Held fresh) {
    held.put(wanted, fresh);
    if (held.size() > AUDIENCES_MAX) {
      held.remove(held.keySet().iterator().next());
    }
  }

  private synchronized void forget(Wanted wanted) {
    asked.remove(wanted);
  }

  private Held ask(Wanted wanted) throws IdentityUnavailable {
    var now = clock.instant();
    // The library sets no deadline; the surrounding context's counts for its calls.
    var deadline = Deadline.after(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    var context = Context.current().withDeadline(deadline, endpoint.loops().next());
    var outer = context.attach();
    try (var client = endpoint.newClient()) {
      var svid = client.fetchJwtSvid(SpiffeId.parse(wanted.spiffeId), wanted.audience);
      var expiry = svid.getExpiry().toInstant();
      if (!svid.getSpiffeId().toString().equals(wanted.spiffeId) || !now.isBefore(expiry)) {
        throw new IdentityUnavailable(
            "the SPIRE agent at "
                + endpoint
                + " sent a JWT-SVID that cannot be used: of another identity, or expired",
            null);
      }
      var half = Duration.between(now, expiry).dividedBy(2);
      return new Held(svid.getToken(), now.plus(half), expiry);
    } catch (JwtSvidException e) {
      throw Advice.about(endpoint, PATIENCE, e);
    } finally {
      context.detachAndCancel(outer, null);
    }
  }

  /// Which token: whose, and for whom.
  private record Wanted(String spiffeId, String audience) {
    Wanted {
      if (audience.isBlank() || audience.length() > AUDIENCE_LENGTH_MAX) {
        throw new IllegalArgumentException(
            "audience: "
                + audience.length()
                + " characters (expected: 1 to "
                + AUDIENCE_LENGTH_MAX
                + ", not blank)");
      }
    }
  }

  /// A token and when it shall be renewed; `toString` does not show it.
  private record Held(String token, Instant renewAt, Instant expiry) {
    @Override
    public String toString() {
      return "Held[until " + expiry + "]";
    }
  }
}
