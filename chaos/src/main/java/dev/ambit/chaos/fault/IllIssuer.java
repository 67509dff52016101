package dev.ambit.chaos.fault;

import dev.ambit.dev.issuer.Mood;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// F23: the issuer refuses, hangs, or answers with a token that is wrong or has expired.
record IllIssuer(Mood mood) implements Fault {
  private static final List<Mood> MOODS = List.of(Mood.BUSY, Mood.HANGS, Mood.EXPIRED, Mood.WRONG);

  static Fault draw(Random random) {
    return new IllIssuer(MOODS.get(random.nextInt(MOODS.size())));
  }

  @Override
  public String id() {
    return "F23";
  }

  @Override
  public String what() {
    return "issuer "
        + switch (mood) {
          case HONEST -> "honest";
          case BUSY -> "answers 429";
          case HANGS -> "hangs";
          case EXPIRED -> "gives expired tokens";
          case WRONG -> "gives tokens that are good for more than was asked for";
        };
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.ISSUER);
  }

  @Override
  public void begin(Ground ground) throws IOException {
    ground.site().peers().turns(mood);
  }

  @Override
  public void clear(Ground ground) throws IOException {
    ground.site().peers().turns(Mood.HONEST);
  }
}
