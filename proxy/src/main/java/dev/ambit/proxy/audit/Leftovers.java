package dev.ambit.proxy.audit;

import dev.ambit.proto.v1.AuditRecord;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What earlier boots left in the folder: their segments with torn ends cut off, and the intents of
/// calls whose end nobody recorded.
///
/// @param segments oldest first
/// @param open an intent for each such call
/// @param openFiles read and to be deleted once what they say is recorded
record Leftovers(List<Segment> segments, List<AuditRecord> open, List<Path> openFiles) {
  static final String OPEN_FILE_PREFIX = "open-";

  private static final Pattern SEGMENT = Pattern.compile("audit-([0-9A-Z]{26})-([0-9]{19})\\.log");
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  static String fileName(String boot, long first) {
    return String.format(Locale.ROOT, "audit-%s-%019d.log", boot, first);
  }

  static Leftovers read(Path dir) throws IOException {
    var open = new LinkedHashMap<String, AuditRecord>();
    var segments = new ArrayList<Segment>();
    var openFiles = new ArrayList<Path>();
    var files = new ArrayList<Path>();
    try (var listed = Files.list(dir)) {
      listed.sorted().forEach(files::add);
    }
    for (var file : files) {
      if (file.getFileName().toString().startsWith(OPEN_FILE_PREFIX)) {
        openFiles.add(file);
        var saved =
            new Segment(file, "", 1)
                .read(0, Files.size(file), Integer.MAX_VALUE / 2, Integer.MAX_VALUE);
        saved.links().forEach(link -> note(link, open));
      }
    }
    for (var i = 0; i < files.size(); i++) {
      var matched = SEGMENT.matcher(files.get(i).getFileName().toString());
      if (matched.matches()) {
        var segment = new Segment(files.get(i), matched.group(1), Long.parseLong(matched.group(2)));
        scan(segment, firstOfNext(files, i, segment.boot()), open);
        if (segment.bytes() == 0) {
          Files.delete(segment.file());
        } else {
          segments.add(segment);
        }
      }
    }
    return new Leftovers(segments, List.copyOf(open.values()), openFiles);
  }

  /// A batch whose write failed may stand at the end of one file and, written again, at the start
  /// of the next: the next one counts.
  private static long firstOfNext(List<Path> files, int at, String boot) {
    if (at + 1 < files.size()) {
      var next = SEGMENT.matcher(files.get(at + 1).getFileName().toString());
      if (next.matches() && next.group(1).equals(boot)) {
        return Long.parseLong(next.group(2));
      }
    }
    return Long.MAX_VALUE;
  }

  private static void scan(Segment segment, long before, Map<String, AuditRecord> open)
      throws IOException {
    var size = Files.size(segment.file());
    var stretch = segment.read(0, size, Integer.MAX_VALUE / 2, Integer.MAX_VALUE);
    byte[] hash = segment.first() == 1 ? Link.genesis() : null;
    for (var link : stretch.links()) {
      var chained = hash == null || link.follows(hash);
      if (link.seq() != segment.last() + 1 || link.seq() >= before || !chained) {
        break;
      }
      hash = link.hash();
      segment.grow(link.seq(), Segment.FRAME_BYTES + link.record().length);
      note(link, open);
    }
    if (segment.bytes() < size) {
      LOG.atWarn()
          .addArgument(size - segment.bytes())
          .addArgument(segment.file().getFileName())
          .log("spool: cut {} bytes of an unfinished write off {}");
      try (var channel = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
        channel.truncate(segment.bytes()).force(true);
      }
    }
  }

  private static boolean opens(AuditRecord record) {
    return record.hasOpaqueOpening()
        || (record.hasDecision() && record.getDecision().getPermitted());
  }

  private static void note(Link link, Map<String, AuditRecord> open) {
    Spool.parse(link.record())
        .ifPresent(record -> {
          if (opens(record)) {
            open.put(record.getCallId(), record);
          } else {
            open.remove(record.getCallId());
          }
        });
  }
}
