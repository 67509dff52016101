package dev.ambit.proxy.credential;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.CredentialRef;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The credential of one session, grant and authority over its life: the one in use, those that
/// running calls still hold, and the question to the issuer that all callers share. Confined to its
/// loop.
final class Slot {
  /// So long before its end a credential is no longer used.
  static final Duration MARGIN = Duration.ofSeconds(5);

  /// The longest value of an injected header.
  static final int VALUE_BYTES_MAX = 16 * 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

  private final CredentialCache.Key key;
  private final CredentialRef issuedFor;
  private final Issuer issuer;
  private final Timer timer;
  private final LongSupplier nanoTime;
  private final List<Held> held = new ArrayList<>();
  private @Nullable CompletableFuture<@Nullable Credential> asking;
  private String rejected = "";
  private String replacement = "";
  private long renewNanos;
  private boolean closed;

  Slot(
      CredentialCache.Key key,
      CredentialRef issuedFor,
      Issuer issuer,
      Timer timer,
      LongSupplier nanoTime) {
    this.key = key;
    this.issuedFor = issuedFor;
    this.issuer = issuer;
    this.timer = timer;
    this.nanoTime = nanoTime;
  }

  CredentialCache.Key key() {
    return key;
  }

  boolean belongsTo(SessionImage image) {
    return CredentialCache.holds(image, key, issuedFor);
  }

  /// The credential to use now, issued first when there is none; null when none can be had. From 70
  /// % of its life on, a call has the next one fetched and does not wait for it.
  CompletionStage<@Nullable Credential> current() {
    if (held.isEmpty()) {
      return ask("");
    }
    if (nanoTime.getAsLong() - renewNanos >= 0) {
      var _ = ask("");
    }
    return completedStage(held.getLast().credential());
  }

  /// The credential to use instead of one that an upstream rejected; null when there is none. Each
  /// is replaced at most once. A replacement that is rejected, too, says that the credential is not
  /// the reason; only its renewal in due time opens the way to another.
  CompletionStage<@Nullable Credential> inPlaceOf(Credential refused) {
    var newest = held.isEmpty() ? null : held.getLast().credential();
    if (newest != null && newest != refused) {
      return completedStage(newest);
    }
    if (refused.id().equals(replacement)) {
      return completedStage(null);
    }
    if (refused.id().equals(rejected)) {
      return asking == null ? completedStage(null) : asking;
    }
    rejected = refused.id();
    return ask(rejected);
  }

  /// Wipes everything; a late answer of the issuer is wiped as it comes.
  void close() {
    closed = true;
    held.forEach(one -> {
      one.expiry().run();
      one.credential().value().wipe();
    });
    held.clear();
  }

  private CompletionStage<@Nullable Credential> ask(String inPlaceOf) {
    if (asking != null) {
      return asking;
    }
    var answer = new CompletableFuture<@Nullable Credential>();
    asking = answer;
    var sent = nanoTime.getAsLong();
    var _ =
        issuer
            .issue(key.session(), key.grant(), key.authority(), inPlaceOf)
            .thenAccept(said -> {
              asking = null;
              var taken = take(said, sent);
              if (taken != null && !inPlaceOf.isEmpty()) {
                replacement = taken.id();
              }
              answer.complete(taken);
            });
    return answer;
  }

  private @Nullable Credential take(Issuer.Answer said, long sent) {
    return switch (said) {
      case Issuer.Answer.Unavailable(String why) -> {
        LOG.atWarn()
            .addArgument(key.session())
            .addArgument(key.grant())
            .addArgument(why)
            .log("credential unavailable: session {} grant {}: {}");
        yield null;
      }
      case Issuer.Answer.Issued issued -> {
        var flaw = closed ? "the session or its grant has ended" : flaw(issued);
        if (!flaw.isEmpty()) {
          issued.value().wipe();
          LOG.atWarn()
              .addArgument(key.session())
              .addArgument(key.grant())
              .addArgument(flaw)
              .log("credential refused: session {} grant {}: {}");
          yield null;
        }
        yield keep(issued, sent);
      }
    };
  }

  private Credential keep(Issuer.Answer.Issued issued, long sent) {
    var life = issued.expiresIn().minus(MARGIN);
    var credential =
        new Credential(
            issued.id(),
            key.session(),
            key.grant(),
            key.authority(),
            issued.carrier(),
            issued.value(),
            sent + life.toNanos());
    renewNanos = sent + life.toNanos() / 10 * 7;
    // Counted from now: later than the deadline that every call asks, never earlier.
    held.add(new Held(credential, timer.after(life, () -> expire(credential))));
    return credential;
  }

  private void expire(Credential credential) {
    held.removeIf(one -> one.credential() == credential);
    credential.value().wipe();
  }

  /// Why an answer is no credential for this slot; empty when it is one. Says nothing of its value.
  private String flaw(Issuer.Answer.Issued issued) {
    if (!issued.session().equals(key.session().value())
        || !issued.grant().equals(key.grant())
        || !issued.authority().equals(key.authority().toString())) {
      return "bound to something else than was asked for";
    }
    if (issued.id().equals(rejected)) {
      return "the one that was rejected";
    }
    if (!issued.carrier().wellFormed()) {
      return "carrier: no lower-case field name, no name of a parameter";
    }
    if (!issued.value().fits(VALUE_BYTES_MAX)) {
      return "value: no field value (expected: 1 to " + VALUE_BYTES_MAX + " printable bytes)";
    }
    if (issued.carrier() instanceof Carrier.QueryParameter && !issued.value().fitsQuery()) {
      return "value: not escaped for a query";
    }
    if (issued.expiresIn().compareTo(MARGIN) <= 0) {
      return "lives for " + issued.expiresIn().toSeconds() + " s (expected: more than 5)";
    }
    return issued.expiresIn().compareTo(LIFE_MAX) > 0 ? "lives for longer than a day" : "";
  }

  /// No credential of a session is longer than that; keeps the arithmetic in nanoseconds safe.
  static final Duration LIFE_MAX = Duration.ofDays(1);

  /// A credential and how to take back the timer of its end.
  private record Held(Credential credential, Runnable expiry) {}
}
