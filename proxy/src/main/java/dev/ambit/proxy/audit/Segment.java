package dev.ambit.proxy.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One file of the spool: a stretch of one chain, frame after frame. A frame is the length of its
/// payload and the CRC-32C over it (4 bytes each), then sequence number (8), hash (32) and record.
final class Segment {
  /// Bytes of a frame beside its record.
  static final int FRAME_BYTES = 4 + 4 + 8 + 32;

  /// The longest record.
  static final int RECORD_BYTES_MAX = 64 * 1_024;

  private final Path file;
  private final String boot;
  private final long first;
  private long last;
  private long bytes;

  Segment(Path file, String boot, long first) {
    this.file = file;
    this.boot = boot;
    this.first = first;
    this.last = first - 1;
  }

  Path file() {
    return file;
  }

  String boot() {
    return boot;
  }

  long first() {
    return first;
  }

  /// The last sequence number in it; less than [#first] when it is empty.
  long last() {
    return last;
  }

  /// Bytes that are known to be good; what stands behind them is not read.
  long bytes() {
    return bytes;
  }

  void grow(long lastNow, long bytesMore) {
    last = lastNow;
    bytes += bytesMore;
  }

  /// Appends one frame to a buffer that has room for it.
  static void frame(ByteBuffer out, Link link) {
    var payload =
        ByteBuffer.allocate(8 + 32 + link.record().length)
            .putLong(link.seq())
            .put(link.hash())
            .put(link.record())
            .flip();
    var crc = new CRC32C();
    crc.update(payload.duplicate());
    out.putInt(payload.remaining()).putInt((int) crc.getValue()).put(payload);
  }

  /// Reads links from an offset on, until `bytesMax` or `countMax` is reached; stops at the first
  /// frame that is torn, corrupt or out of order.
  Stretch read(long offset, long bytesEnd, int bytesMax, int countMax) throws IOException {
    var links = new ArrayList<Link>();
    var at = offset;
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var wanted = Math.min(bytesEnd - offset, (long) bytesMax + RECORD_BYTES_MAX + FRAME_BYTES);
      var buffer = ByteBuffer.allocate((int) Math.max(0, wanted));
      while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {
        // Reads until the buffer is full or the file ends.
      }
      buffer.flip();
      while (links.size() < countMax && at - offset < bytesMax) {
        var link = next(buffer);
        if (link == null) {
          break;
        }
        links.add(link);
        at = offset + buffer.position();
      }
    }
    return new Stretch(links, at);
  }

  private static @Nullable Link next(ByteBuffer buffer) {
    if (buffer.remaining() < FRAME_BYTES) {
      return null;
    }
    var length = buffer.getInt(buffer.position());
    if (length < 8 + 32 || length > 8 + 32 + RECORD_BYTES_MAX || buffer.remaining() < 8 + length) {
      return null;
    }
    var crc = new CRC32C();
    crc.update(buffer.slice(buffer.position() + 8, length));
    if ((int) crc.getValue() != buffer.getInt(buffer.position() + 4)) {
      return null;
    }
    var seq = buffer.position(buffer.position() + 8).getLong();
    var hash = new byte[32];
    var record = new byte[length - 8 - 32];
    buffer.get(hash).get(record);
    return new Link(seq, hash, record);
  }

  /// What was read, and where the next frame begins.
  record Stretch(List<Link> links, long end) {}
}
