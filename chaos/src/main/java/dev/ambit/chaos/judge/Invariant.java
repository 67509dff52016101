package dev.ambit.chaos.judge;

/// What must hold whatever goes wrong (security design, part 5).
public enum Invariant {
  I1("no call reached an upstream that the envelope in force did not permit"),
  I2("each call that reached an upstream has one durable record and one completion"),
  I3("after the end of a session its credentials are not used, and are revoked"),
  I4("no budget exceeded"),
  I5("service back 10 s after the fault"),
  I6("nothing stuck after 60 s");

  private final String words;

  Invariant(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
