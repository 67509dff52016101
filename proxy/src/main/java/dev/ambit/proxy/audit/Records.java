package dev.ambit.proxy.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.ambit.envelope.Query;
import dev.ambit.envelope.StripList;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallCompletion;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proto.v1.OpaqueClosing;
import dev.ambit.proto.v1.OpaqueOpening;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Intent;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says in `ambit.v1` what happened, within the bounds of its fields. Pure but for the clock.
final class Records {
  private static final int PATH_MAX = 2_048;
  private static final int DETAIL_MAX = 1_024;
  private static final String STRIPPED = "stripped:";
  private static final int NOTES_MAX = 64;
  private static final int NOTE_MAX = 128;

  /// All notes of a completion together, so that the room kept for it is enough.
  private static final int COMPLETION_NOTES_MAX = 512;

  private final InstantSource clock;

  Records(InstantSource clock) {
    this.clock = clock;
  }

  AuditRecord intent(Intent intent) {
    var record = base(intent.arrival().id().value(), intent.session(), intent.image());
    if (intent.arrival().call().opaque()) {
      return record
          .setOpaqueOpening(
              opening(intent.arrival(), intent.target(), intent.grant())
                  .setAddress(intent.address()))
          .build();
    }
    var decision =
        judged(intent.arrival(), sent(intent), noted(intent))
            .setPermitted(true)
            .setGrant(intent.grant())
            .setTarget(intent.target())
            .setAddress(intent.address())
            .setCredentialId(intent.credentialId());
    return record.setDecision(decision).build();
  }

  /// A permit that ended before its intent was taken.
  AuditRecord permit(
      Arrival arrival, Session session, SessionImage image, String target, String grant) {
    var record = base(arrival.id().value(), session, image);
    return arrival.call().opaque()
        ? record.setOpaqueOpening(opening(arrival, target, grant)).build()
        : record
            .setDecision(judged(arrival).setPermitted(true).setGrant(grant).setTarget(target))
            .build();
  }

  AuditRecord denial(Arrival arrival, Denial denial, SessionImage image) {
    return base(arrival.id().value(), denial.session().orElse(null), image)
        .setDecision(denied(judged(arrival), denial))
        .build();
  }

  AuditRecord refusal(String id, String method, String authority, Denial d, SessionImage image) {
    var decision =
        CallDecision.newBuilder()
            .setCount(1)
            .setMethod(escape(method, 64))
            .setAuthority(escape(authority, 512));
    return base(id, d.session().orElse(null), image).setDecision(denied(decision, d)).build();
  }

  /// A stage threw before the intent: no denial of the closed list, but the call did not go.
  AuditRecord broken(Arrival arrival, @Nullable Session session, SessionImage image) {
    return base(arrival.id().value(), session, image)
        .setDecision(judged(arrival).setReason("internal"))
        .build();
  }

  AuditRecord completion(
      Arrival arrival, Session session, SessionImage image, CallEnd end, long durationMillis) {
    var record = base(arrival.id().value(), session, image);
    return arrival.call().opaque()
        ? record.setOpaqueClosing(closed(end).setDurationMs(durationMillis)).build()
        : record.setCompletion(completed(end).setDurationMs(durationMillis)).build();
  }

  /// What a successor writes for an intent whose end it did not see.
  AuditRecord unknown(AuditRecord opened) {
    var record = opened.toBuilder().setAt(now());
    return opened.hasOpaqueOpening()
        ? record
            .setOpaqueClosing(OpaqueClosing.newBuilder().setResult(Completion.COMPLETION_UNKNOWN))
            .build()
        : record
            .setCompletion(CallCompletion.newBuilder().setResult(Completion.COMPLETION_UNKNOWN))
            .build();
  }

  private static OpaqueOpening.Builder opening(Arrival arrival, String target, String grant) {
    return OpaqueOpening.newBuilder()
        .setGrant(grant)
        .setTarget(target)
        .setAuthority(escape(arrival.call().authority().toString(), 512));
  }

  private static OpaqueClosing.Builder closed(CallEnd end) {
    var closing = OpaqueClosing.newBuilder();
    return switch (end) {
      case CallEnd.Closed closed ->
          closing
              .setResult(result(closed.result()))
              .setReason(closed.reason())
              .setBytesOut(closed.bytesOut())
              .setBytesIn(closed.bytesIn())
              .setFailedStage(closed.failedStage());
      case CallEnd.Failed(var failure, _) ->
          closing
              .setResult(Completion.COMPLETION_UPSTREAM_FAILED)
              .setFailedStage(failure.stage().code());
      case CallEnd.Denied(var denial, _) ->
          closing.setResult(Completion.COMPLETION_NOT_SENT).setReason(denial.reason().code());
      case CallEnd.Broken _, CallEnd.Completed _ ->
          closing.setResult(Completion.COMPLETION_UNKNOWN);
    };
  }

  private static CallCompletion.Builder completed(CallEnd end) {
    var completion = CallCompletion.newBuilder();
    return switch (end) {
      case CallEnd.Completed done ->
          completion
              .setResult(result(done.result()))
              .setUpstreamStatus(done.upstreamStatus())
              .setBytesOut(done.bytesOut())
              .setBytesIn(done.bytesIn())
              .setFailedStage(done.failedStage())
              .addAllNotes(notes(done.notes(), COMPLETION_NOTES_MAX));
      case CallEnd.Failed(var failure, _) ->
          completion
              .setResult(Completion.COMPLETION_UPSTREAM_FAILED)
              .setFailedStage(failure.stage().code());
      case CallEnd.Denied(var denial, _) ->
          completion
              .setResult(Completion.COMPLETION_NOT_SENT)
              .addNotes("denied:" + denial.reason().code());
      case CallEnd.Broken _, CallEnd.Closed _ ->
          completion.setResult(Completion.COMPLETION_UNKNOWN).addNotes("internal");
    };
  }

  private static Completion result(CallEnd.Result result) {
    return switch (result) {
      case ANSWERED -> Completion.COMPLETION_ANSWERED;
      case UPSTREAM_FAILED -> Completion.COMPLETION_UPSTREAM_FAILED;
      case AGENT_GONE -> Completion.COMPLETION_AGENT_GONE;
      case CUT -> Completion.COMPLETION_CUT;
      case NOT_SENT -> Completion.COMPLETION_NOT_SENT;
    };
  }

  private static CallDecision.Builder denied(CallDecision.Builder decision, Denial denial) {
    return decision
        .setReason(denial.reason().code())
        .setDetail(escape(denial.detail(), DETAIL_MAX))
        .setTarget(denial.target());
  }

  private static CallDecision.Builder judged(Arrival arrival) {
    return judged(arrival, arrival.call().query(), arrival.notes());
  }

  private static CallDecision.Builder judged(Arrival arrival, Query sent, List<String> notes) {
    var call = arrival.call();
    return CallDecision.newBuilder()
        .setCount(1)
        .setAuthority(escape(call.authority().toString(), 512))
        .setMethod(escape(call.method(), 64))
        .setPath(call.opaque() ? "" : escape(call.path().text(), PATH_MAX))
        .addAllQueryNames(queryNames(sent))
        .addAllNotes(notes(notes, NOTES_MAX * NOTE_MAX));
  }

  private static Query sent(Intent intent) {
    var call = intent.arrival().call();
    var keys = call.keys();
    return intent.passesKeys() && keys != null ? keys.query() : call.query();
  }

  /// That the agent dialled elsewhere comes first: nothing that it sends pushes it out.
  private static List<String> noted(Intent intent) {
    var notes = new ArrayList<String>();
    if (intent.dialledElsewhere()) {
      notes.add("origdst_mismatch");
    }
    notes.addAll(intent.passesKeys() ? passed(intent.arrival()) : intent.arrival().notes());
    return notes;
  }

  /// The notes of an arrival whose keys were not taken away after all.
  private static List<String> passed(Arrival arrival) {
    var keys = arrival.call().keys();
    if (keys == null) {
      return arrival.notes();
    }
    var notes = new ArrayList<String>();
    notes.add("agent_credentials_passed");
    for (var note : arrival.notes()) {
      var name = note.startsWith(STRIPPED) ? note.substring(STRIPPED.length()) : "";
      var kept =
          name.equals("query")
              ? !keys.query().equals(arrival.call().query())
              : !name.isEmpty() && StripList.key(name);
      notes.add(kept ? "passed:" + name : note);
    }
    return notes;
  }

  private static List<String> queryNames(Query query) {
    return query.parameters().stream()
        .map(Query.Parameter::name)
        .distinct()
        .limit(NOTES_MAX)
        .map(name -> escape(name, NOTE_MAX))
        .toList();
  }

  private static List<String> notes(List<String> notes, int lengthMax) {
    var left = new int[] {lengthMax};
    return notes.stream()
        .limit(NOTES_MAX)
        .map(note -> escape(note, NOTE_MAX))
        .takeWhile(note -> (left[0] -= note.length() + 3) >= 0)
        .toList();
  }

  private AuditRecord.Builder base(String id, @Nullable Session session, SessionImage image) {
    var record =
        AuditRecord.newBuilder()
            .setCallId(id)
            .setAt(now())
            .setImageEpoch(image.epoch())
            .setImageVersion(image.version());
    if (session != null) {
      record
          .setSessionId(session.id().value())
          .setEnvelopeDigest(ByteString.copyFrom(session.digestBytes()));
    }
    return record;
  }

  private Timestamp now() {
    var now = clock.instant();
    return Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
  }

  /// Printable ASCII without the backslash stays; all else becomes `\x{N}`. Longer text ends with
  /// an ellipsis.
  static String escape(String text, int lengthMax) {
    var out = new StringBuilder(Math.min(text.length(), lengthMax));
    for (var i = 0; i < text.length() && out.length() <= lengthMax; i++) {
      var c = text.charAt(i);
      if (c >= 0x20 && c < 0x7f && c != '\\') {
        out.append(c);
      } else {
        out.append("\\x{" + Integer.toHexString(c) + "}");
      }
    }
    if (out.length() > lengthMax) {
      out.setLength(lengthMax - 1);
      out.append('…');
    }
    return out.toString();
  }
}
