package dev.ambit.chaos.fault;

import dev.ambit.chaos.site.Names;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/// F24: the name server is dead, fails, is slow, or also names an address that nobody may dial.
record IllNames(Names.Mood mood) implements Fault {
  private static final List<Names.Mood> MOODS =
      List.of(Names.Mood.DEAD, Names.Mood.FAILING, Names.Mood.SLOW, Names.Mood.FLIPPING);

  static Fault draw(Random random) {
    return new IllNames(MOODS.get(random.nextInt(MOODS.size())));
  }

  @Override
  public String id() {
    return "F24";
  }

  @Override
  public String what() {
    return "name server " + mood.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.UPSTREAM);
  }

  @Override
  public void begin(Ground ground) {
    ground.site().names().turns(mood);
  }

  @Override
  public void clear(Ground ground) {
    ground.site().names().turns(Names.Mood.HONEST);
  }
}
