package dev.ambit.proxy.testing;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Connection;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Sessions, images and calls to try the stages with.
public final class Samples {
  public static final String WORKLOAD = "spiffe://example.org/ns/agents/sa/coder";
  public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  public static final SessionId ONE = new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FA1");
  public static final SessionId TWO = new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FA2");
  public static final SessionId THREE = new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FA3");

  private Samples() {}

  /// Of an exclusive session: two targets, grants with and without credential and budget.
  public static Envelope envelope(SessionId id, Sharing sharing) {
    var narrow = new TreeMap<String, List<String>>();
    narrow.put("scopes", List.of("items:read"));
    var credential = new CredentialRef("oauth", narrow);
    return new Envelope(
        id,
        "items",
        WORKLOAD,
        Binding.IDENTITY,
        sharing,
        NOON.plus(Duration.ofHours(1)),
        Duration.ZERO,
        OptionalLong.empty(),
        List.of(
            target("good", Protocol.HTTPS, 443, "api.good.test"),
            target("plain", Protocol.HTTP, 80, "plain.good.test")),
        List.of(
            grant("items", "good", "/v1/items/{id}", OptionalLong.empty(), credential),
            grant("bare", "good", "/bare", OptionalLong.empty(), null),
            grant("counted", "good", "/counted", OptionalLong.of(1), null),
            grant("clear", "plain", "/", OptionalLong.empty(), credential)),
        List.of());
  }

  /// The same without its grant of this name.
  public static Envelope without(Envelope envelope, String grant) {
    return new Envelope(
        envelope.session(),
        envelope.template(),
        envelope.workload(),
        envelope.binding(),
        envelope.sharing(),
        envelope.expiresAt(),
        envelope.idle(),
        envelope.calls(),
        envelope.targets(),
        envelope.grants().stream().filter(one -> !one.name().equals(grant)).toList(),
        envelope.denies());
  }

  private static Grant grant(
      String name,
      String target,
      String path,
      OptionalLong calls,
      @Nullable CredentialRef credential) {
    return new Grant(
        name,
        target,
        Set.of("GET", "POST"),
        List.of(PathTemplate.parse(path).orThrow()),
        calls,
        credential);
  }

  private static Target target(String name, Protocol protocol, int port, String host) {
    return new Target(
        name,
        List.of(HostPattern.parse(host).orThrow()),
        Set.of(port),
        protocol,
        AddressRules.PUBLIC,
        new UpstreamRoots.SystemRoots());
  }

  public static Session session(SessionId id, long version) {
    return session(envelope(id, Sharing.EXCLUSIVE), version, false, 1_000_000_000_000L, "");
  }

  public static Session byHandle(SessionId id, String handle) {
    return session(envelope(id, Sharing.BY_HANDLE), 1, false, 1_000_000_000_000L, sha256(handle));
  }

  public static Session session(
      Envelope envelope, long version, boolean suspended, long deadlineNanos, String handle) {
    var digest = EnvelopeCodec.digest(EnvelopeCodec.encode(envelope));
    return new Session(
        envelope.session(),
        version,
        suspended,
        Rules.of(envelope),
        HexFormat.of().formatHex(digest),
        deadlineNanos,
        handle);
  }

  public static SessionImage image(Session... sessions) {
    return new SessionImage(
        1,
        Arrays.stream(sessions).mapToLong(Session::version).max().orElse(1),
        Arrays.stream(sessions).collect(Collectors.toMap(Session::id, Function.identity())),
        Map.of());
  }

  public static Call call(String method, String url) {
    var target = RequestTarget.absolute(url).orThrow();
    var authority = target.authority();
    if (authority == null) {
      throw new AssertionError("absolute form without an authority");
    }
    return new Call(authority, method, target.path(), target.query());
  }

  public static Arrival arrival(String url, Connection connection, String... handles) {
    return new Arrival(
        new CallId("01ARZ3NDEKTSV4RRFFQ69G5FCA"),
        0,
        call("GET", url),
        List.of(handles),
        connection,
        List.of(),
        new Body.None(),
        List.of());
  }

  /// A call with an identifier of its own.
  public static Arrival arrival(int number, String url) {
    return new Arrival(
        new CallId("01ARZ3NDEKTSV4RRFF%08d".formatted(number)),
        0,
        call("GET", url),
        List.of(),
        new Connection(),
        List.of(),
        new Body.None(),
        List.of());
  }

  public static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException absent) {
      throw new AssertionError(absent);
    }
  }
}
