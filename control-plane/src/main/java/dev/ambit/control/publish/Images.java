package dev.ambit.control.publish;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.session.StoredSession;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Delta;
import dev.ambit.proto.v1.SessionEnd;
import dev.ambit.proto.v1.SessionImage;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/// Sessions as proxies are told of them. Pure.
final class Images {
  private Images() {}

  /// @param recorded whether the proxy offers to say Recorded; one of before knows no such field
  static AttachResponse snapshot(
      long epoch, long version, List<StoredSession> sessions, boolean recorded, Instant now) {
    var snapshot =
        Snapshot.newBuilder().setEpoch(epoch).setVersion(version).setTakesRecorded(recorded);
    sessions.forEach(session -> snapshot.addSessions(image(session, now)));
    return AttachResponse.newBuilder().setSnapshot(snapshot).build();
  }

  static AttachResponse delta(long epoch, long version, List<StoredSession> changed, Instant now) {
    var delta = Delta.newBuilder().setEpoch(epoch).setVersion(version);
    for (var session : changed) {
      switch (session.state()) {
        case ACTIVE, SUSPENDED -> delta.addChanged(image(session, now));
        case CLOSING, CLOSED ->
            delta.addEnded(
                SessionEnd.newBuilder()
                    .setSessionId(session.id().value())
                    .setReason(
                        session
                            .endReason()
                            .map(Images::reason)
                            .orElse(CloseReason.CLOSE_REASON_UNSPECIFIED)));
      }
    }
    return AttachResponse.newBuilder().setDelta(delta).build();
  }

  private static SessionImage image(StoredSession session, Instant now) {
    return SessionImage.newBuilder()
        .setSessionId(session.id().value())
        .setVersion(session.version())
        .setState(
            session.state() == dev.ambit.control.session.SessionState.ACTIVE
                ? SessionState.SESSION_STATE_ACTIVE
                : SessionState.SESSION_STATE_SUSPENDED)
        .setEnvelope(session.envelope())
        .setEnvelopeDigest(hex(session.digest()))
        .setExpiresIn(ProtoTimes.of(Duration.between(now, session.expiresAt())))
        .setHandleDigest(hex(session.handleDigest()))
        .build();
  }

  private static CloseReason reason(EndReason reason) {
    return switch (reason) {
      case COMPLETED -> CloseReason.CLOSE_REASON_COMPLETED;
      case EXPIRED -> CloseReason.CLOSE_REASON_EXPIRED;
      case IDLE -> CloseReason.CLOSE_REASON_IDLE;
      case REVOKED -> CloseReason.CLOSE_REASON_REVOKED;
      case WORKLOAD_GONE -> CloseReason.CLOSE_REASON_WORKLOAD_GONE;
      case POLICY_CHANGED -> CloseReason.CLOSE_REASON_POLICY_CHANGED;
    };
  }

  private static ByteString hex(String digits) {
    return ByteString.copyFrom(HexFormat.of().parseHex(digits));
  }
}
