package dev.ambit.chaos.fault;

import dev.ambit.chaos.load.Ask;
import java.time.Duration;
import java.util.Random;
import java.util.Set;

/// F12 and F26: many sessions at once that read slowly, or follow a stream each, and all end at the
/// same time. Not a cause that clears: service goes on all the time.
///
/// @param slow true: slow readers, false: streams
/// @param after how long they are at it
record Crowd(boolean slow, int sessions, Duration after) implements Fault {
  private static final int SESSIONS_MIN = 40;
  private static final int SESSIONS_MAX = 120;
  private static final int SLOW_MAX = 60;

  /// What is opened in a second, with leave for a slow machine.
  private static final int OPENED_A_SECOND = 25;

  private static final Duration ENDING = Duration.ofSeconds(3);

  /// @param wanted how many sessions instead of what is drawn; 0 for that
  static Fault streaming(Random random, int wanted) {
    return drawn(false, random.nextInt(SESSIONS_MIN, SESSIONS_MAX + 1), wanted, random);
  }

  /// @param wanted how many sessions instead of what is drawn; 0 for that
  static Fault slow(Random random, int wanted) {
    return drawn(true, random.nextInt(SESSIONS_MIN, SLOW_MAX + 1), wanted, random);
  }

  private static Crowd drawn(boolean slow, int drawn, int wanted, Random random) {
    var seconds = random.nextInt(5, 9);
    return wanted == 0
        ? new Crowd(slow, drawn, Duration.ofSeconds(seconds))
        : new Crowd(slow, wanted, Duration.ofSeconds(Math.max(seconds, wanted / OPENED_A_SECOND)));
  }

  @Override
  public Duration lasts(Duration drawn) {
    return after.plus(ENDING);
  }

  @Override
  public String id() {
    return slow ? "F12" : "F26";
  }

  @Override
  public String what() {
    return sessions
        + " sessions end at once while they "
        + (slow ? "read slowly" : "stream")
        + ", after "
        + after.toSeconds()
        + " s";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of();
  }

  @Override
  public void begin(Ground ground) {
    ground.load().crowd(sessions, slow ? Ask.Kind.SLOW : Ask.Kind.STREAM, after);
  }

  @Override
  public void clear(Ground ground) {
    // They have ended by themselves.
  }
}
