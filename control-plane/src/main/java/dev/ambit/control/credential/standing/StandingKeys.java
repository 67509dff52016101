package dev.ambit.control.credential.standing;

import dev.ambit.control.credential.Capabilities;
import dev.ambit.control.credential.CredentialProvider;
import dev.ambit.control.credential.Injection;
import dev.ambit.control.credential.IssueAnswer;
import dev.ambit.control.credential.Material;
import dev.ambit.control.credential.Order;
import dev.ambit.control.credential.Probe;
import dev.ambit.control.credential.RevokeAnswer;
import dev.ambit.control.credential.SecretFile;
import dev.ambit.control.credential.Told;
import dev.ambit.resources.ProviderSpec.StandingKey;
import dev.ambit.resources.ProviderSpec.Use;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One key from a file, the same for every session. Nobody is asked, nothing is revoked: it
/// outlives the session, and the receipt says so.
public final class StandingKeys implements CredentialProvider {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private final StandingKey spec;

  public StandingKeys(StandingKey spec) {
    this.spec = spec;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        Capabilities.Ending.NONE,
        false,
        String.valueOf(spec.file().getFileName()),
        spec.lifetimeMax(),
        Duration.ZERO);
  }

  @Override
  public IssueAnswer issue(Order order, @Nullable Material subject) {
    try {
      var key = SecretFile.read(spec.file());
      if (!usable(key.bytes())) {
        key.close();
        return new IssueAnswer.NotAsked("key: not usable (expected: printable ASCII, one line)");
      }
      return new IssueAnswer.Issued(key, spec.lifetimeMax(), List.of(), Optional.empty());
    } catch (IOException _) {
      return new IssueAnswer.NotAsked("key: file unreadable (expected: a key of at most 16 KiB)");
    }
  }

  @Override
  public Optional<String> excess(Order order, Told told) {
    return Optional.empty();
  }

  @Override
  public RevokeAnswer revoke(Material token) {
    return new RevokeAnswer.Refused("a standing key is not the session's to revoke");
  }

  @Override
  public Probe probe(Material token) {
    return new Probe.Unknown("nobody can be asked about a standing key");
  }

  @Override
  public Injection inject(Material token) {
    return switch (spec.use()) {
      case Use.Header(var name, var prefix) ->
          Injection.header(name, joined(prefix.getBytes(StandardCharsets.US_ASCII), token.bytes()));
      case Use.Basic(var user) -> Injection.header("authorization", basic(user, token.bytes()));
      case Use.Query(var name) -> Injection.query(name, escaped(token.bytes()));
    };
  }

  private static Material basic(String user, byte[] key) {
    try (var pair = joined((user + ":").getBytes(StandardCharsets.US_ASCII), key)) {
      var encoded = Base64.getEncoder().encode(pair.bytes());
      try {
        return joined("Basic ".getBytes(StandardCharsets.US_ASCII), encoded);
      } finally {
        Arrays.fill(encoded, (byte) 0);
      }
    }
  }

  private static Material joined(byte[] first, byte[] second) {
    var both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return new Material(both);
  }

  /// As it is written in a URL (RFC 3986 2.1).
  private static Material escaped(byte[] key) {
    var out = new byte[key.length * 3];
    var length = 0;
    for (var b : key) {
      if (UNRESERVED.indexOf(b) >= 0) {
        out[length++] = b;
      } else {
        out[length++] = '%';
        out[length++] = HEX[(b >> 4) & 0xf];
        out[length++] = HEX[b & 0xf];
      }
    }
    var exact = Arrays.copyOf(out, length);
    Arrays.fill(out, (byte) 0);
    return new Material(exact);
  }

  private static boolean usable(byte[] key) {
    for (var b : key) {
      if (b < ' ' || b > '~') {
        return false;
      }
    }
    return key.length > 0;
  }
}
