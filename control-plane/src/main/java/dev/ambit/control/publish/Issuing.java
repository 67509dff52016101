package dev.ambit.control.publish;

import dev.ambit.control.credential.Broker;
import dev.ambit.control.session.Seat;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Target;
import dev.ambit.proto.v1.IssueRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.InstantSource;

/// Checks that a proxy may have the credential it asks for, then asks the broker.
final class Issuing {
  private static final String HTTPS = "https://";

  private final SessionTable sessions;
  private final Presence presence;
  private final Broker broker;
  private final InstantSource clock;

  Issuing(SessionTable sessions, Presence presence, Broker broker, InstantSource clock) {
    this.sessions = sessions;
    this.presence = presence;
    this.broker = broker;
    this.clock = clock;
  }

  /// Answers or refuses with a status. Blocks on the store and the issuer.
  Broker.Answer issue(String workload, IssueRequest request) {
    // Only who is followed is given anything: the loss of an unknown proxy would go unnoticed.
    var seat =
        presence
            .present(new ProxyTable.Key(workload, request.getProxyId()))
            .orElseThrow(() ->
                refused(
                    Status.FAILED_PRECONDITION, "proxy_id: not attached (expected: attach first)"));
    var session = session(seat, request.getSessionId());
    var envelope = envelope(session);
    var grant =
        envelope.grants().stream()
            .filter(each -> each.name().equals(request.getGrant()) && each.credential() != null)
            .findFirst()
            .orElseThrow(() ->
                refused(Status.INVALID_ARGUMENT, "grant: unknown (expected: one with credential)"));
    return broker.issue(
        session,
        grant,
        authority(envelope, grant, request.getAuthority()),
        request.getProxyId(),
        request.getRejectedId());
  }

  private StoredSession session(Seat proxy, String id) {
    var session =
        sessions
            .find(new SessionId(id))
            .filter(found -> found.seat().includes(proxy))
            .orElseThrow(() ->
                refused(Status.NOT_FOUND, "session_id: unknown (expected: one of the workload)"));
    if (session.state() != SessionState.ACTIVE || !clock.instant().isBefore(session.expiresAt())) {
      throw refused(
          Status.FAILED_PRECONDITION, "session_id: " + session.state() + " (expected: ACTIVE)");
    }
    return session;
  }

  private static Authority authority(Envelope envelope, Grant grant, String text) {
    var parsed =
        text.startsWith(HTTPS)
            ? Authority.parseWithPort(Scheme.HTTPS, text.substring(HTTPS.length()))
            : new Parsed.Malformed<Authority>("scheme");
    return switch (parsed) {
      case Parsed.Malformed<Authority>(var why) ->
          throw refused(
              Status.INVALID_ARGUMENT, "authority: " + why + " (expected: https://host:port)");
      case Parsed.Ok<Authority>(var authority) -> {
        if (envelope.targets().stream()
            .noneMatch(
                target -> target.name().equals(grant.target()) && holds(target, authority))) {
          throw refused(
              Status.PERMISSION_DENIED,
              "authority: " + authority + " (expected: within target " + grant.target() + ")");
        }
        yield authority;
      }
    };
  }

  private static boolean holds(Target target, Authority authority) {
    return target.scheme() == Scheme.HTTPS
        && target.ports().contains(authority.port())
        && target.hosts().stream().anyMatch(host -> host.matches(authority.host()));
  }

  private static Envelope envelope(StoredSession session) {
    return switch (EnvelopeCodec.decode(session.envelope().toByteArray())) {
      case Parsed.Ok<Envelope>(var envelope) -> envelope;
      case Parsed.Malformed<Envelope>(var why) ->
          throw new IllegalStateException("envelope of " + session.id() + ": " + why);
    };
  }

  private static StatusRuntimeException refused(Status status, String message) {
    return status.withDescription(message).asRuntimeException();
  }
}
