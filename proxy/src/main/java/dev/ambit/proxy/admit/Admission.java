package dev.ambit.proxy.admit;

import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Reason;
import dev.ambit.proxy.credential.Dispatch;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Intent;
import dev.ambit.proxy.model.Intents;
import dev.ambit.proxy.model.Lease;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.scope.Permit;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Decides once more on the image and lease of this instant, then has the intent written. Confined
/// to its loop.
public final class Admission implements Gate {
  private final Supplier<SessionImage> image;
  private final Lease lease;
  private final Intents intents;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  public Admission(
      Supplier<SessionImage> image,
      Lease lease,
      Intents intents,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.image = image;
    this.lease = lease;
    this.intents = intents;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletionStage<Outcome<Admitted>> admit(Dispatch dispatch) {
    var objection = objection(dispatch, true);
    if (objection != null) {
      return CompletableFuture.completedStage(new Outcome.Refuse<>(objection));
    }
    return intents
        .write(intent(dispatch))
        .thenApply(durable ->
            durable
                ? new Outcome.Proceed<>(new Admitted(dispatch))
                : new Outcome.Refuse<>(refuse(Reason.AUDIT_UNAVAILABLE, dispatch)));
  }

  @Override
  public @Nullable Denial objection(Admitted admitted) {
    return objection(admitted.dispatch(), true);
  }

  @Override
  public @Nullable Denial lapse(Admitted admitted) {
    return objection(admitted.dispatch(), false);
  }

  private @Nullable Denial objection(Dispatch dispatch, boolean toBeSent) {
    if (!lease.held()) {
      return refuse(Reason.LEASE_LOST, dispatch);
    }
    var permit = permit(dispatch);
    var then = permit.bound();
    var now = image.get();
    var session = now.sessions().get(then.session().id());
    if (session == null) {
      var ended = now.ended().get(then.session().id());
      return refuse(ended == null ? Reason.NO_SESSION : ended.reason(), dispatch);
    }
    if (now.epoch() == then.image().epoch() && session.version() < then.session().version()) {
      return refuse(Reason.NO_SESSION, dispatch);
    }
    if (session.suspended()) {
      return refuse(Reason.SESSION_SUSPENDED, dispatch);
    }
    if (session.expired(nanoTime.getAsLong())) {
      return refuse(Reason.SESSION_EXPIRED, dispatch);
    }
    var credential = dispatch.credential();
    if (credential != null
        && toBeSent
        && (credential.value().wiped() || nanoTime.getAsLong() - credential.deadlineNanos() >= 0)) {
      return refuse(Reason.CREDENTIAL_UNAVAILABLE, dispatch);
    }
    return decideAgain(session, permit);
  }

  private @Nullable Denial decideAgain(Session session, Permit permit) {
    return switch (session.rules().decide(permit.call(), clock.instant())) {
      case Decision.Denied(var reason, var target, var detail) ->
          new Denial(reason, Optional.of(session), target, detail, 0);
      case Decision.NeedsBody(var target, _) ->
          new Denial(
              Reason.BODY_NOT_GRANTED,
              Optional.of(session),
              target.name(),
              "The envelope changed while the call was on its way: now its body is judged; try again.",
              1);
      case Decision.Permitted(var target, var grant) -> {
        // What was reserved, resolved and issued belongs to that grant and target alone.
        var same =
            grant.name().equals(permit.grant().name())
                && Objects.equals(grant.credential(), permit.grant().credential())
                && grant.axes().agentCredentials() == permit.passesKeys()
                && target.equals(permit.target());
        yield same
            ? null
            : new Denial(
                Reason.PATH_NOT_GRANTED,
                Optional.of(session),
                target.name(),
                "The envelope changed while the call was on its way; try again.",
                1);
      }
    };
  }

  private Intent intent(Dispatch dispatch) {
    var permit = permit(dispatch);
    var bound = permit.bound();
    var credential = dispatch.credential();
    var now = image.get();
    var address = dispatch.route().address();
    return new Intent(
        bound.arrival(),
        now,
        now.sessions().getOrDefault(bound.session().id(), bound.session()),
        permit.target().name(),
        permit.grant().name(),
        text(address),
        bound.arrival().connection().dialledOtherThan(address),
        credential == null ? "" : credential.id(),
        permit.passesKeys());
  }

  private static String text(InetSocketAddress address) {
    var ip = address.getAddress().getHostAddress();
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
  }

  private static Permit permit(Dispatch dispatch) {
    return dispatch.route().reservation().approval().permit();
  }

  private static Denial refuse(Reason reason, Dispatch dispatch) {
    var permit = permit(dispatch);
    return new Denial(
        reason,
        Optional.of(permit.bound().session()),
        permit.target().name(),
        Denial.of(reason, null).detail(),
        reason == Reason.AUDIT_UNAVAILABLE ? 1 : 0);
  }
}
