package dev.ambit.spiffe.x509;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// The number under which OpenSSL, from 1.0 on, looks for an authority in a directory of them: the
/// first octets of a SHA-1 over the canonical form of its name (`x509_name_canon` in
/// `crypto/x509/x_name.c`). It finds and proves nothing: a client verifies what it finds.
public final class SubjectHash {
  private static final int UTF8 = 0x0c;
  private static final int PRINTABLE = 0x13;
  private static final int TELETEX = 0x14;
  private static final int IA5 = 0x16;
  private static final int VISIBLE = 0x1a;
  private static final int UNIVERSAL = 0x1c;
  private static final int BMP = 0x1e;

  private static final Pattern SPACES = Pattern.compile("[ \t\n\u000b\f\r]+");
  private static final Pattern EDGES = Pattern.compile("^ | $");
  private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

  private SubjectHash() {}

  /// Eight hexadecimal digits, as `openssl x509 -subject_hash` prints them.
  public static String of(X500Principal subject) {
    var names = new DerReader(new DerReader(subject.getEncoded()).content());
    var digest = sha1();
    while (names.more()) {
      digest.update(relativeName(new DerReader(names.content())));
    }
    int first = ByteBuffer.wrap(digest.digest()).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return HexFormat.of().toHexDigits(first);
  }

  private static byte[] relativeName(DerReader attributes) {
    var canonical = new ArrayList<byte[]>();
    while (attributes.more()) {
      var attribute = new DerReader(attributes.content());
      canonical.add(Der.sequence(attribute.whole(), value(attribute)));
    }
    // What was in order as it stood may not be so any more in its canonical form (X.690 11.6).
    canonical.sort(Arrays::compareUnsigned);
    return Der.set(Der.concat(canonical.toArray(byte[][]::new)));
  }

  private static byte[] value(DerReader attribute) {
    var charset = charset(attribute.tag());
    return charset == null
        ? attribute.whole()
        : Der.utf8(canonical(new String(attribute.content(), charset)));
  }

  /// Strings that OpenSSL takes to be text; NumericString and all others stay as they are. It reads
  /// a TeletexString as Latin-1, whatever T.61 says.
  private static @Nullable Charset charset(int tag) {
    return switch (tag) {
      case UTF8 -> StandardCharsets.UTF_8;
      case PRINTABLE, TELETEX, IA5, VISIBLE -> StandardCharsets.ISO_8859_1;
      case BMP -> StandardCharsets.UTF_16BE;
      case UNIVERSAL -> StandardCharsets.UTF_32BE;
      default -> null;
    };
  }

  /// Without spaces at the ends, one where there were several, and small letters: of ASCII only.
  private static String canonical(String text) {
    var spaced = EDGES.matcher(SPACES.matcher(text).replaceAll(" ")).replaceAll("");
    return CAPITALS.matcher(spaced).replaceAll(found -> found.group().toLowerCase(Locale.ROOT));
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-1, which every Java must have", e);
    }
  }
}
