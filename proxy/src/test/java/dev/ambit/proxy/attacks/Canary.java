package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// The credential that nobody but its upstream may see, and how it is found again in whatever
/// spelling oracle O2 names: plain, base64 at three offsets, hex, URL, reversed, gzip.
final class Canary {
  static final String VALUE = "b1946ac92492d2347c6235b4d2611184f2ca1bb6c7e907d06dafe4687e579fce";

  private static final int GZIP_BYTES_MAX = 1 << 20;
  private static final String GZIP_MAGIC = "\u001f\u008b\b";
  private static final List<String> SPELLINGS = spellings();

  private Canary() {}

  /// The spelling in which it stands in these bytes; empty when it does not.
  static Optional<String> in(byte[] bytes) {
    var text = new String(bytes, ISO_8859_1);
    var found = spelled(text);
    for (var at = text.indexOf(GZIP_MAGIC); at >= 0 && found.isEmpty(); ) {
      found = spelled(new String(unzipped(bytes, at), ISO_8859_1)).map(how -> "gzip of " + how);
      at = text.indexOf(GZIP_MAGIC, at + 1);
    }
    return found;
  }

  private static Optional<String> spelled(String text) {
    var small = text.toLowerCase(Locale.ROOT);
    return SPELLINGS.stream()
        .filter(spelling -> text.contains(spelling) || small.contains(spelling))
        .findFirst();
  }

  private static byte[] unzipped(byte[] bytes, int from) {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes, from, bytes.length - from))) {
      return in.readNBytes(GZIP_BYTES_MAX);
    } catch (IOException _) {
      return new byte[0];
    }
  }

  private static List<String> spellings() {
    var all = new ArrayList<String>();
    all.add(VALUE);
    all.add(new StringBuilder(VALUE).reverse().toString());
    all.add(HexFormat.of().formatHex(VALUE.getBytes(ISO_8859_1)));
    all.add(HexFormat.of().withPrefix("%").formatHex(VALUE.getBytes(ISO_8859_1)));
    for (int offset = 0; offset < 3; offset++) {
      var shifted =
          Base64.getEncoder().encodeToString(("\0".repeat(offset) + VALUE).getBytes(ISO_8859_1));
      // What depends on the neighbours is left out.
      all.add(shifted.substring(offset == 0 ? 0 : 4, (VALUE.length() + offset) / 3 * 4 - 4));
    }
    return List.copyOf(all);
  }
}
