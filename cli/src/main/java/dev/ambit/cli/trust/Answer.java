package dev.ambit.cli.trust;

/// Whether a client trusts an authority that it is told of in one way.
enum Answer {
  YES("yes"),
  NO("no"),
  /// It takes the certificate of an authority, too, that nobody told it of.
  ANYONE("trusts anyone"),
  NOT_THERE("not there"),
  NOT_TRIED("not tried");

  private final String text;

  Answer(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  static Answer of(boolean ours, boolean foreign) {
    if (foreign) {
      return ANYONE;
    }
    return ours ? YES : NO;
  }
}
