package dev.ambit.proxy.credential;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.SessionId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Enforcer;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Timer;
import dev.ambit.proxy.resolve.Route;
import dev.ambit.proxy.scope.Permit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The credentials of this proxy: issued on first use, kept in memory until they, their session or
/// their grant end, renewed ahead of that. Confined to its loop.
public final class CredentialCache implements Credentials, Reissue, Enforcer {
  /// Credentials at most, over all sessions.
  public static final int ENTRIES_MAX = 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(CredentialCache.class);

  private final Issuer issuer;
  private final Timer timer;
  private final LongSupplier nanoTime;
  private final Map<Key, Slot> slots = new HashMap<>();
  private @Nullable SessionImage enforced;

  public CredentialCache(Issuer issuer, Timer timer, LongSupplier nanoTime) {
    this.issuer = issuer;
    this.timer = timer;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletionStage<Outcome<Dispatch>> attach(Route route) {
    var permit = route.reservation().approval().permit();
    var wanted = permit.grant().credential();
    if (wanted == null) {
      return completedStage(new Outcome.Proceed<>(new Dispatch(route, null)));
    }
    var authority = permit.bound().arrival().call().authority();
    if (authority.scheme() != Scheme.HTTPS) {
      return completedStage(refuse(permit, "A credential never travels in cleartext."));
    }
    var key = new Key(permit.bound().session().id(), permit.grant().name(), authority);
    var slot = slots.get(key);
    if (slot == null) {
      if (slots.size() >= ENTRIES_MAX) {
        return completedStage(refuse(permit, "The proxy holds as many credentials as it may."));
      }
      slot = new Slot(key, wanted, issuer, timer, nanoTime);
      slots.put(key, slot);
    }
    var asked = slot;
    return slot.current()
        .thenApply(credential ->
            credential == null
                ? without(permit, asked)
                : new Outcome.Proceed<>(new Dispatch(route, credential)));
  }

  /// None was issued; or none is wanted any more, as the authority to use it ended meanwhile.
  private Outcome<Dispatch> without(Permit permit, Slot slot) {
    var now = enforced;
    if (now == null || slot.belongsTo(now)) {
      return refuse(permit, Denial.of(Reason.CREDENTIAL_UNAVAILABLE, null).detail());
    }
    var session = permit.bound().session();
    var said = Denial.of(ended(now, session.id()), session);
    return new Outcome.Refuse<>(
        new Denial(said.reason(), said.session(), permit.target().name(), said.detail(), 0));
  }

  private static Reason ended(SessionImage now, SessionId id) {
    var present = now.sessions().get(id);
    if (present != null) {
      return present.suspended() ? Reason.SESSION_SUSPENDED : Reason.CREDENTIAL_UNAVAILABLE;
    }
    if (now.epoch() == 0) {
      return Reason.LEASE_LOST;
    }
    var tombstone = now.ended().get(id);
    // What is neither there nor ended has expired by our clock.
    return tombstone == null ? Reason.SESSION_EXPIRED : tombstone.reason();
  }

  @Override
  public CompletionStage<@Nullable Dispatch> inPlaceOf(Dispatch rejected) {
    var refused = rejected.credential();
    var slot =
        refused == null
            ? null
            : slots.get(new Key(refused.session(), refused.grant(), refused.authority()));
    if (refused == null || slot == null) {
      return completedStage(null);
    }
    return slot.inPlaceOf(refused)
        .thenApply(other -> other == null ? null : new Dispatch(rejected.route(), other));
  }

  /// Wipes what belongs to no session in force, to one that is suspended, or to a grant that is
  /// gone or asks for another credential now.
  @Override
  public void enforce(SessionImage image) {
    enforced = image;
    slots
        .values()
        .removeIf(slot -> {
          var gone = !slot.belongsTo(image);
          if (gone) {
            LOG.atDebug().addArgument(slot.key().session()).log("credential wiped: session {}");
            slot.close();
          }
          return gone;
        });
  }

  /// Credentials held now.
  public int held() {
    return slots.size();
  }

  private static Outcome<Dispatch> refuse(Permit permit, String detail) {
    return new Outcome.Refuse<>(
        new Denial(
            Reason.CREDENTIAL_UNAVAILABLE,
            Optional.of(permit.bound().session()),
            permit.target().name(),
            detail,
            1));
  }

  /// What a credential is bound to (INV-9).
  record Key(SessionId session, String grant, Authority authority) {}

  /// Whether an image still permits the grant that a credential was issued for. After a suspension
  /// the control plane is asked for it again: it hands out nothing before the session is resumed.
  static boolean holds(SessionImage image, Key key, CredentialRef issuedFor) {
    var session = image.sessions().get(key.session());
    return session != null
        && !session.suspended()
        && session.rules().envelope().grants().stream()
            .anyMatch(
                grant -> grant.name().equals(key.grant()) && issuedFor.equals(grant.credential()));
  }
}
