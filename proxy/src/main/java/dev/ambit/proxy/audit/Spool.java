package dev.ambit.proxy.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.ChainedRecord;
import dev.ambit.proto.v1.RecordRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The records that the control plane has not acknowledged yet, in files: survives a kill of the
/// process at any instant. Each boot writes a chain of its own; chains of earlier boots are sent
/// first. Confined to one thread, which may block.
final class Spool implements AutoCloseable {
  /// Records of one message towards the control plane, and their bytes.
  private static final int SEND_RECORDS_MAX = 1_000;

  private static final int SEND_BYTES_MAX = 512 * 1_024;

  /// Stands in the folder while no process writes there and the last one left nothing unsaid.
  private static final String WHOLE_FILE = "whole";

  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private final Path dir;
  private final String proxyId;
  private final String boot;
  private final long segmentBytes;
  private final Opener opener;
  private final boolean whole;
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private final Map<String, Opened> open = new LinkedHashMap<>();
  private Set<String> saved = Set.of();
  private @Nullable FileChannel active;
  private long seq;
  private byte[] hash = Link.genesis();
  private @Nullable Segment cursor;
  private long cursorOffset;

  private Spool(
      Path dir, String proxyId, String boot, long segmentBytes, Opener opener, boolean whole) {
    this.dir = dir;
    this.proxyId = proxyId;
    this.boot = boot;
    this.segmentBytes = segmentBytes;
    this.opener = opener;
    this.whole = whole;
  }

  /// Opens the folder, cuts torn ends, and writes into the new chain that the end of each call left
  /// open by earlier boots is unknown.
  static Spool open(
      Path dir, String proxyId, String boot, long segmentBytes, Opener opener, Records records)
      throws IOException {
    var fresh = !Files.exists(dir);
    Files.createDirectories(dir);
    var whole = Files.deleteIfExists(dir.resolve(WHOLE_FILE)) || fresh;
    // Before anything is judged: whoever comes after a kill must not find the mark.
    force(dir);
    var spool = new Spool(dir, proxyId, boot, segmentBytes, opener, whole);
    var leftovers = Leftovers.read(dir);
    spool.segments.addAll(leftovers.segments());
    var unknown =
        leftovers.open().stream()
            .map(record -> Entry.closing(record.getCallId(), records.unknown(record)))
            .toList();
    if (!unknown.isEmpty()) {
      LOG.atWarn()
          .addArgument(unknown.size())
          .log("calls that an earlier process left open: {} (recorded as unknown)");
      spool.append(unknown);
    }
    for (var file : leftovers.openFiles()) {
      Files.deleteIfExists(file);
    }
    return spool;
  }

  /// Writes all entries and forces them to disk, or throws and has written none.
  void append(List<Entry> entries) throws IOException {
    var links = new ArrayList<Link>(entries.size());
    var size = 0;
    var seqNow = seq;
    var hashNow = hash;
    for (var entry : entries) {
      var link = Link.after(seqNow, hashNow, entry.bytes().toByteArray());
      seqNow = link.seq();
      hashNow = link.hash();
      size += Segment.FRAME_BYTES + link.record().length;
      links.add(link);
    }
    var frames = ByteBuffer.allocate(size);
    links.forEach(link -> Segment.frame(frames, link));
    var segment = write(frames.flip());
    segment.grow(seqNow, size);
    for (var i = 0; i < entries.size(); i++) {
      track(entries.get(i), links.get(i).seq());
    }
    seq = seqNow;
    hash = hashNow;
    if (segment.bytes() >= segmentBytes) {
      closeActive();
    }
  }

  private Segment write(ByteBuffer frames) throws IOException {
    if (active == null) {
      var first = seq + 1;
      var file = dir.resolve(Leftovers.fileName(boot, first));
      active = opener.open(file);
      segments.add(new Segment(file, boot, first));
      force(dir);
    }
    var segment = segments.getLast();
    try {
      while (frames.hasRemaining()) {
        var _ = active.write(frames);
      }
      active.force(false);
      return segment;
    } catch (IOException failed) {
      giveUp(segment);
      throw failed;
    }
  }

  /// After a failed write the file may end in half a batch: it is cut, and never written again.
  private void giveUp(Segment segment) {
    try (var channel = active) {
      if (channel != null && channel.isOpen()) {
        channel.truncate(segment.bytes());
      }
    } catch (IOException alsoFailed) {
      LOG.atDebug().addArgument(alsoFailed.getMessage()).log("spool not cut: {}");
    }
    active = null;
    if (segment.bytes() == 0) {
      segments.removeLast();
    }
  }

  private void track(Entry entry, long at) {
    if (entry.opens()) {
      open.put(entry.callId(), new Opened(at, entry.bytes()));
    } else {
      open.remove(entry.callId());
    }
  }

  /// The next stretch for the control plane, oldest first; empty when it has been given everything.
  Optional<RecordRequest> next() throws IOException {
    while (true) {
      var segment = cursor == null ? segments.peekFirst() : cursor;
      if (segment == null) {
        return Optional.empty();
      }
      if (cursor == null) {
        cursor = segment;
        cursorOffset = 0;
      }
      if (cursorOffset < segment.bytes()) {
        var stretch = segment.read(cursorOffset, segment.bytes(), SEND_BYTES_MAX, SEND_RECORDS_MAX);
        if (stretch.links().isEmpty()) {
          throw new IOException(segment.file().getFileName() + ": unreadable at " + cursorOffset);
        }
        cursorOffset = stretch.end();
        return Optional.of(message(segment.boot(), stretch.links()));
      }
      var following = after(segment);
      if (following == null) {
        return Optional.empty();
      }
      cursor = following;
      cursorOffset = 0;
    }
  }

  /// Starts again with the oldest record that is still kept.
  void rewind() {
    cursor = null;
  }

  /// Drops what the control plane has.
  void acknowledged(String chain, long upTo) throws IOException {
    var oldest = segments.peekFirst();
    while (oldest != null && oldest.boot().equals(chain) && oldest.last() <= upTo) {
      if (active != null && oldest == segments.peekLast()) {
        // A file in use is given back once it is worth a new one.
        if (oldest.bytes() < segmentBytes / 4) {
          return;
        }
        closeActive();
      }
      drop(oldest);
      oldest = segments.peekFirst();
    }
  }

  private void drop(Segment segment) throws IOException {
    var unfinished =
        segment.boot().equals(boot)
            && open.values().stream().anyMatch(opened -> opened.seq() <= segment.last());
    // What was saved as open may have ended since, in records that go with this segment.
    if (unfinished || !open.keySet().containsAll(saved)) {
      saveOpen();
    }
    Files.deleteIfExists(segment.file());
    if (cursor == segment) {
      cursor = after(segment);
      cursorOffset = 0;
    }
    segments.remove(segment);
  }

  /// Keeps, beside the segments, which calls are open: their intents may be in no file any more.
  private void saveOpen() throws IOException {
    var next = dir.resolve(Leftovers.OPEN_FILE_PREFIX + boot + ".next");
    try (var out =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (var opened : open.values()) {
        var frame = ByteBuffer.allocate(Segment.FRAME_BYTES + opened.record().size());
        Segment.frame(frame, new Link(opened.seq(), new byte[32], opened.record().toByteArray()));
        frame.flip();
        while (frame.hasRemaining()) {
          var _ = out.write(frame);
        }
      }
      out.force(false);
    }
    var _ =
        Files.move(
            next,
            dir.resolve(Leftovers.OPEN_FILE_PREFIX + boot),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
    force(dir);
    saved = Set.copyOf(open.keySet());
  }

  private @Nullable Segment after(Segment segment) {
    var found = false;
    for (var one : segments) {
      if (found) {
        return one;
      }
      found = one == segment;
    }
    return null;
  }

  private RecordRequest message(String chain, List<Link> links) {
    var message = RecordRequest.newBuilder().setProxyId(proxyId).setBootId(chain);
    for (var link : links) {
      message.addRecords(
          ChainedRecord.newBuilder()
              .setSeq(link.seq())
              .setHash(ByteString.copyFrom(link.hash()))
              .setRecord(ByteString.copyFrom(link.record())));
    }
    return message.build();
  }

  /// How far the chains reach: the newest one, the others are sent before it.
  Reach reach(long lostUntil) {
    var newest = segments.peekLast();
    return seq > 0 || newest == null
        ? new Reach(boot, seq, lostUntil)
        : new Reach(newest.boot(), newest.last(), lostUntil);
  }

  /// Whether everything that earlier processes decided stands in their chains.
  boolean whole() {
    return whole;
  }

  /// Says so to the next process.
  void leaveWhole() throws IOException {
    Files.createFile(dir.resolve(WHOLE_FILE));
    force(dir);
  }

  /// Whether an intent stands without its completion.
  boolean callsOpen() {
    return !open.isEmpty();
  }

  /// Bytes on disk.
  long bytes() {
    return segments.stream().mapToLong(Segment::bytes).sum();
  }

  /// Records of this boot's chain.
  long count() {
    return seq;
  }

  private static void force(Path dir) throws IOException {
    try (var channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void closeActive() throws IOException {
    if (active != null) {
      active.close();
      active = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeActive();
  }

  /// Opens a new file for writing; the seam where tests make disks fail.
  interface Opener {
    FileChannel open(Path file) throws IOException;

    Opener NEW_FILE =
        file ->
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
  }

  /// One record to write, and whether it opens its call or ends it.
  record Entry(String callId, boolean opens, ByteString bytes) {
    static Entry opening(String callId, AuditRecord intent) {
      return new Entry(callId, true, intent.toByteString());
    }

    static Entry closing(String callId, AuditRecord record) {
      return new Entry(callId, false, record.toByteString());
    }
  }

  /// An intent without a completion, and where it stands.
  private record Opened(long seq, ByteString record) {}

  /// Reads a record of ours back; empty when it is none.
  static Optional<AuditRecord> parse(byte[] record) {
    try {
      return Optional.of(AuditRecord.parseFrom(record));
    } catch (InvalidProtocolBufferException _) {
      return Optional.empty();
    }
  }
}
