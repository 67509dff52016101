package dev.ambit.control.lifecycle;

import dev.ambit.control.session.StoredSession.Task;
import dev.ambit.envelope.SessionFacts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What an opener asks for, as it came.
///
/// @param context what conditions may ask about, beside the parameters
/// @param ttl empty for the template's
/// @param idempotencyKey empty for none
public record OpenOrder(
    String template,
    Map<String, String> parameters,
    String workload,
    String podUid,
    Task task,
    String onBehalfOf,
    Map<String, String> context,
    Optional<Duration> ttl,
    String idempotencyKey) {
  public OpenOrder {
    parameters = Map.copyOf(parameters);
    context = Map.copyOf(context);
  }

  /// What is frozen into the envelope. Throws [IllegalArgumentException] where a fact is out of
  /// bounds.
  SessionFacts facts() {
    return new SessionFacts(task.id(), task.purpose(), onBehalfOf, parameters, context);
  }

  /// Tells a retry from another request under the same key: SHA-256 over every field, each with its
  /// length before it.
  String digest() {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      feed(sha, template, workload, podUid, task.id(), task.purpose(), task.link(), onBehalfOf);
      feed(sha, ttl.map(Duration::toString).orElse(""));
      new TreeMap<>(parameters).forEach((name, value) -> feed(sha, name, value));
      new TreeMap<>(context).forEach((name, value) -> feed(sha, "context." + name, value));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }

  private static void feed(MessageDigest sha, String... texts) {
    for (var text : texts) {
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      sha.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      sha.update(bytes);
    }
  }
}
