package dev.ambit.envelope;

/// Checks that a run of `%XX` escapes spells one UTF-8 character in its shortest form (RFC 3629):
/// an overlong form is the classic second spelling of a slash.
final class Utf8Escapes {
  private Utf8Escapes() {}

  /// How many escaped bytes make up the character that starts at `at`, or 0 if they are not one
  /// character above U+009F. Called where the first byte is 0x80 or more.
  static int length(CharSequence text, int at) {
    var first = Ascii.escaped(text, at);
    if (first >= 0xc2 && first <= 0xdf) {
      var second = continuation(text, at, 1);
      // C2 80 to C2 9F are the C1 control characters.
      return second < 0 || (first == 0xc2 && second < 0xa0) ? 0 : 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
      var second = continuation(text, at, 1);
      var overlong = first == 0xe0 && second < 0xa0;
      var surrogate = first == 0xed && second > 0x9f;
      return second < 0 || overlong || surrogate || continuation(text, at, 2) < 0 ? 0 : 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
      var second = continuation(text, at, 1);
      var overlong = first == 0xf0 && second < 0x90;
      var beyond = first == 0xf4 && second > 0x8f;
      var rest = continuation(text, at, 2) < 0 || continuation(text, at, 3) < 0;
      return second < 0 || overlong || beyond || rest ? 0 : 4;
    }
    return 0;
  }

  private static int continuation(CharSequence text, int at, int index) {
    var value = Ascii.escaped(text, at + 3 * index);
    return value >= 0x80 && value <= 0xbf ? value : -1;
  }
}
