package dev.ambit.proxy.identify;

import dev.ambit.envelope.Reason;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Connection;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Lease;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Tombstone;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Finds the one session a call belongs to, in the image of the moment (envelope.md, "Which
/// session").
public final class Sessions {
  private final Supplier<SessionImage> image;
  private final Lease lease;
  private final LongSupplier nanoTime;

  public Sessions(Supplier<SessionImage> image, Lease lease, LongSupplier nanoTime) {
    this.image = image;
    this.lease = lease;
    this.nanoTime = nanoTime;
  }

  public Outcome<SessionCall> identify(Arrival arrival) {
    if (!lease.held()) {
      return refuse(Reason.LEASE_LOST, null);
    }
    var now = image.get();
    var nanos = nanoTime.getAsLong();
    return switch (choose(now, nanos, arrival.handles(), arrival.connection().pinned())) {
      case Choice.None(Reason reason) -> refuse(reason, null);
      case Choice.One(Session session) -> enter(now, nanos, session, arrival);
    };
  }

  /// The session to which something that was refused before it became a call belongs: for its
  /// answer and its record. Pins nothing; empty when it belongs to none, or to more than one.
  public Optional<Session> owner(List<String> handles, Connection connection) {
    var pinned = connection.pinned();
    return choose(image.get(), nanoTime.getAsLong(), handles, pinned)
                instanceof Choice.One(Session session)
            && (pinned == null || pinned.equals(session.id()))
        ? Optional.of(session)
        : Optional.empty();
  }

  /// What the call may select: by its handle if it has one, else the exclusive session.
  private static Choice choose(
      SessionImage image, long nanos, List<String> handles, @Nullable SessionId pinned) {
    return switch (handles.size()) {
      case 0 -> exclusive(image, nanos, pinned);
      case 1 -> byHandle(image, handles.getFirst());
      default -> new Choice.None(Reason.SESSION_AMBIGUOUS);
    };
  }

  /// The one that is ACTIVE. What is suspended, or has expired though nobody has said so yet, makes
  /// no other ambiguous; it is chosen only where none is ACTIVE, to say why.
  private static Choice exclusive(SessionImage image, long nanos, @Nullable SessionId pinned) {
    Session only = null;
    int rank = 0;
    boolean several = false;
    for (var session : image.sessions().values()) {
      if (session.sharing() == Sharing.EXCLUSIVE) {
        int its = session.expired(nanos) ? 1 : session.suspended() ? 2 : 3;
        if (its >= rank) {
          several = its == rank;
          only = session;
          rank = its;
        }
      }
    }
    if (only != null) {
      return several ? new Choice.None(Reason.SESSION_AMBIGUOUS) : new Choice.One(only);
    }
    var last = pinned == null ? null : image.ended().get(pinned);
    if (last == null && image.sessions().isEmpty() && image.refused().isEmpty()) {
      last = lastExclusive(image);
    }
    return new Choice.None(last == null ? Reason.NO_SESSION : last.reason());
  }

  /// Session ids sort by time, so the greatest is the last that was opened.
  private static @Nullable Tombstone lastExclusive(SessionImage image) {
    return image.ended().entrySet().stream()
        .filter(entry -> entry.getValue().handleDigest().isEmpty())
        .max(Comparator.comparing(entry -> entry.getKey().value()))
        .map(Map.Entry::getValue)
        .orElse(null);
  }

  /// Every digest of its kind is compared, each in constant time: how long it takes tells nothing
  /// but what the answer says anyway. The many that ended are looked at only when none is alive.
  private static Choice byHandle(SessionImage image, String handle) {
    var presented = sha256(handle);
    Choice choice = null;
    for (var session : image.sessions().values()) {
      if (session.sharing() == Sharing.BY_HANDLE && same(presented, session.handleDigest())) {
        choice = new Choice.One(session);
      }
    }
    if (choice != null) {
      return choice;
    }
    for (var ended : image.ended().values()) {
      if (same(presented, ended.handleDigest())) {
        choice = new Choice.None(ended.reason());
      }
    }
    return choice == null ? new Choice.None(Reason.SESSION_AMBIGUOUS) : choice;
  }

  private static Outcome<SessionCall> enter(
      SessionImage image, long nanos, Session session, Arrival arrival) {
    if (!arrival.connection().pin(session.id())) {
      return refuse(whyNotPinned(image, nanos, arrival.connection().pinned()), null);
    }
    if (session.suspended()) {
      return refuse(Reason.SESSION_SUSPENDED, session);
    }
    if (session.expired(nanos)) {
      return refuse(Reason.SESSION_EXPIRED, session);
    }
    return new Outcome.Proceed<>(new SessionCall(image, session, arrival));
  }

  /// What a call is told whose connection belongs to another session than the one it selects.
  private static Reason whyNotPinned(SessionImage image, long nanos, @Nullable SessionId pinned) {
    var ended = image.ended().get(pinned);
    if (ended != null) {
      return ended.reason();
    }
    var session = image.sessions().get(pinned);
    return session != null && session.expired(nanos)
        ? Reason.SESSION_EXPIRED
        : Reason.SESSION_AMBIGUOUS;
  }

  private static Outcome<SessionCall> refuse(Reason reason, @Nullable Session session) {
    return new Outcome.Refuse<>(Denial.of(reason, session));
  }

  private static byte[] sha256(String handle) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(handle.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException("SHA-256: absent (expected: every JDK has it)", absent);
    }
  }

  private static boolean same(byte[] presented, String digest) {
    return !digest.isEmpty() && MessageDigest.isEqual(presented, HexFormat.of().parseHex(digest));
  }

  /// What a call selects, before it is asked whether it may.
  private sealed interface Choice {
    record One(Session session) implements Choice {}

    record None(Reason reason) implements Choice {}
  }
}
