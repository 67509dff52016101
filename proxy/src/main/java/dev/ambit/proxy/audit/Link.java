package dev.ambit.proxy.audit;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// One link of a chain: a record, its place, and the hash over everything up to it.
@SuppressWarnings("ArrayRecordComponent") // Moved from file to wire; never compared, never shared.
record Link(long seq, byte[] hash, byte[] record) {
  /// The hash before the first link.
  static byte[] genesis() {
    return new byte[32];
  }

  static Link after(long seqBefore, byte[] hashBefore, byte[] record) {
    var seq = seqBefore + 1;
    return new Link(seq, hash(hashBefore, seq, record), record);
  }

  boolean follows(byte[] hashBefore) {
    return MessageDigest.isEqual(hash, hash(hashBefore, seq, record));
  }

  private static byte[] hash(byte[] before, long seq, byte[] record) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(before);
      sha256.update(ByteBuffer.allocate(8).putLong(0, seq));
      return sha256.digest(record);
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException("SHA-256: absent (expected: every JDK has it)", absent);
    }
  }
}
