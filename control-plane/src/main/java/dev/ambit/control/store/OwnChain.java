package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CredentialAction;
import dev.ambit.proto.v1.CredentialEvent;
import dev.ambit.proto.v1.SessionEvent;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// The control plane's own audit chain: what it did with credentials and sessions, appended in the
/// transaction of the deed. One chain per start of the process. The store's one writer keeps it in
/// order.
public final class OwnChain {
  private static final ByteString GENESIS = ByteString.copyFrom(new byte[32]);

  private final String writer;
  private final String boot;

  /// @param writer the control plane's SPIFFE ID
  /// @param boot a fresh identifier, 26 characters
  public OwnChain(String writer, String boot) {
    this.writer = writer;
    this.boot = boot;
  }

  /// The hash of the link that follows `before` (ambit.v1.ChainedRecord).
  public static ByteString hash(ByteString before, long seq, ByteString record) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(before.asReadOnlyByteBuffer());
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seq).flip());
      digest.update(record.asReadOnlyByteBuffer());
      return ByteString.copyFrom(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("digest: SHA-256 is missing from this JDK", e);
    }
  }

  void append(Handle tx, String session, SessionEvent event, Instant at) {
    append(tx, session, "other", record(session, at).setSessionEvent(event).build(), at);
  }

  void append(
      Handle tx,
      CredentialRow row,
      CredentialAction action,
      String answer,
      String why,
      Instant at) {
    append(tx, row.session(), "credential", record(row, action, answer, why, at), at);
  }

  private void append(Handle tx, String session, String kind, AuditRecord entry, Instant at) {
    var head =
        AuditTable.headIn(tx, boot)
            .orElseGet(() -> new AuditTable.Head(boot, writer, "", 0, GENESIS));
    var record = entry.toByteString();
    var seq = head.seq() + 1;
    var link =
        new AuditTable.Link(
            seq, hash(head.hash(), seq, record), record, session, kind, 1, at, false);
    if (!AuditTable.appendIn(tx, head, List.of(link))) {
      throw new IllegalStateException("chain: moved within a transaction (expected: one writer)");
    }
  }

  private static AuditRecord record(
      CredentialRow row, CredentialAction action, String answer, String why, Instant at) {
    return record(row.session(), at)
        .setCredential(
            CredentialEvent.newBuilder()
                .setCredentialId(row.id())
                .setProvider(row.provider())
                .setGrant(row.grant())
                .setAuthority(row.authority())
                .setAction(action)
                .setAnswer(answer)
                .setDetail(why))
        .build();
  }

  private static AuditRecord.Builder record(String session, Instant at) {
    return AuditRecord.newBuilder()
        .setAt(Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()))
        .setSessionId(session);
  }
}
