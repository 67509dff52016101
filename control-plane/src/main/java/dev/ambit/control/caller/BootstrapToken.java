package dev.ambit.control.caller;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/// The token of an operator of a control plane that knows nobody yet: 256 random bits, made anew at
/// each start. Only its digest is kept in memory; the token itself goes to a file and is forgotten.
public final class BootstrapToken {
  /// How long a token is good for unless the wiring says otherwise.
  public static final Duration LIFE = Duration.ofHours(1);

  private static final int BYTES = 32;
  private static final int CHARACTERS_MAX = 256;

  private final byte[] digest;
  private final Optional<Instant> ends;
  private final InstantSource clock;

  private BootstrapToken(byte[] digest, Optional<Instant> ends, InstantSource clock) {
    this.digest = digest;
    this.ends = ends;
    this.clock = clock;
  }

  /// Makes a token that is good for `life`; empty: as long as the program runs.
  public static Fresh issue(SecureRandom random, InstantSource clock, Optional<Duration> life) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    var text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    var ends = life.map(clock.instant()::plus);
    return new Fresh(text, new BootstrapToken(sha256(text), ends, clock));
  }

  /// Judges what was presented. Takes the same time whatever of it is right.
  public Verdict judge(String presented) {
    if (presented.length() > CHARACTERS_MAX || !MessageDigest.isEqual(digest, sha256(presented))) {
      return Verdict.WRONG;
    }
    return ends.isPresent() && !clock.instant().isBefore(ends.get())
        ? Verdict.EXPIRED
        : Verdict.GOOD;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }

  /// What is told about a token that was presented.
  public enum Verdict {
    GOOD,
    WRONG,
    EXPIRED
  }

  /// A token that was just made, and what judges it from now on.
  public static final class Fresh {
    private final String text;
    private final BootstrapToken token;

    private Fresh(String text, BootstrapToken token) {
      this.text = text;
      this.token = token;
    }

    /// The token itself, for the access folder and nothing else.
    public String reveal() {
      return text;
    }

    public BootstrapToken token() {
      return token;
    }
  }
}
