package dev.ambit.envelope;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads what [EnvelopeWriter] writes. Every key must be known, and every key that is not optional
/// must be there: a restriction left out would be a grant.
final class EnvelopeParser {
  private final JsonReading json;
  private final ConstraintJson axes;

  EnvelopeParser(JsonParser parser) {
    this.json = new JsonReading(parser);
    this.axes = new ConstraintJson(json);
  }

  Envelope read() throws IOException {
    var draft = new Draft();
    json.document(() -> json.object("document", key -> member(draft, key)));
    return new Envelope(
        new SessionId(required(draft.session, "session")),
        required(draft.template, "template"),
        required(draft.workload, "workload"),
        required(draft.binding, "binding"),
        required(draft.sharing, "sharing"),
        required(draft.expiresAt, "expiresAt"),
        required(draft.idle, "idle"),
        draft.calls,
        draft.ceiling,
        draft.facts,
        required(draft.targets, "targets"),
        required(draft.grants, "grants"),
        required(draft.denies, "denies"));
  }

  private void member(Draft draft, String key) throws IOException {
    switch (key) {
      case "session" -> draft.session = json.string(key);
      case "template" -> draft.template = json.string(key);
      case "workload" -> draft.workload = json.string(key);
      case "binding" -> draft.binding = oneOf(key, Binding.values(), EnvelopeWriter::word);
      case "sharing" -> draft.sharing = oneOf(key, Sharing.values(), EnvelopeWriter::word);
      case "expiresAt" -> draft.expiresAt = Instant.parse(json.string(key));
      case "idle" -> draft.idle = Duration.parse(json.string(key));
      case "calls" -> draft.calls = OptionalLong.of(json.number(key));
      case "ceiling" -> draft.ceiling = oneOf(key, Sensitivity.values(), Sensitivity::word);
      case "facts" -> draft.facts = facts();
      case "targets" -> draft.targets = list(key, this::target);
      case "grants" -> draft.grants = list(key, this::grant);
      case "denies" -> draft.denies = list(key, this::rule);
      default -> throw JsonReading.unknown("document");
    }
  }

  private SessionFacts facts() throws IOException {
    var draft = new FactsDraft();
    json.object(
        "facts",
        key -> {
          switch (key) {
            case "taskId" -> draft.taskId = json.string(key);
            case "taskPurpose" -> draft.taskPurpose = json.string(key);
            case "onBehalfOf" -> draft.onBehalfOf = json.string(key);
            case "parameters" -> draft.parameters = values(key);
            case "context" -> draft.context = values(key);
            default -> throw JsonReading.unknown("facts");
          }
        });
    return new SessionFacts(
        draft.taskId, draft.taskPurpose, draft.onBehalfOf, draft.parameters, draft.context);
  }

  private Map<String, String> values(String what) throws IOException {
    var values = new TreeMap<String, String>();
    json.object(what, key -> values.put(key, json.string(what)));
    return values;
  }

  private Target target() throws IOException {
    var draft = new TargetDraft();
    json.object(
        "target",
        key -> {
          switch (key) {
            case "name" -> draft.name = json.string(key);
            case "hosts" -> draft.hosts = parsed(key, HostPattern::parse);
            case "ports" -> draft.ports = ports(key);
            case "scheme" -> draft.protocol = oneOf(key, Protocol.values(), Protocol::text);
            case "addresses" -> draft.addresses = addresses();
            case "sensitivity" ->
                draft.sensitivity = oneOf(key, Sensitivity.values(), Sensitivity::word);
            case "bundle" -> draft.roots = new UpstreamRoots.Bundle(json.string(key));
            default -> throw JsonReading.unknown("target");
          }
        });
    return new Target(
        required(draft.name, "name"),
        required(draft.hosts, "hosts"),
        required(draft.ports, "ports"),
        required(draft.protocol, "scheme"),
        required(draft.addresses, "addresses"),
        draft.roots,
        draft.sensitivity);
  }

  private AddressRules addresses() throws IOException {
    var draft = new TargetDraft();
    json.object(
        "addresses",
        key -> {
          switch (key) {
            case "allowPrivate" -> draft.allowPrivate = json.truth(key);
            case "cidrs" -> draft.cidrs = parsed(key, Cidr::parse);
            default -> throw JsonReading.unknown("addresses");
          }
        });
    return new AddressRules(
        required(draft.allowPrivate, "allowPrivate"), required(draft.cidrs, "cidrs"));
  }

  private Grant grant() throws IOException {
    var draft = new GrantDraft();
    json.object(
        "grant",
        key -> {
          switch (key) {
            case "name" -> draft.name = json.string(key);
            case "target" -> draft.target = json.string(key);
            case "methods" -> draft.methods = methods(key);
            case "paths" -> draft.paths = parsed(key, PathTemplate::parse);
            case "calls" -> draft.calls = OptionalLong.of(json.number(key));
            case "credential" -> draft.credential = credential();
            case "query" -> draft.query = axes.constraints(key);
            case "headers" -> draft.headers = axes.constraints(key);
            case "body" -> draft.body = axes.body();
            case "condition" -> draft.condition = ConditionJson.read(json);
            case "agentCredentials" -> draft.agentCredentials = json.truth(key);
            case "webSocket" -> draft.webSocket = json.truth(key);
            default -> throw JsonReading.unknown("grant");
          }
        });
    return new Grant(
        required(draft.name, "name"),
        required(draft.target, "target"),
        required(draft.methods, "methods"),
        required(draft.paths, "paths"),
        draft.calls,
        draft.credential,
        new Axes(draft.query, draft.headers, draft.body, draft.condition, draft.agentCredentials),
        draft.webSocket);
  }

  private DenyRule rule() throws IOException {
    var draft = new GrantDraft();
    json.object(
        "deny",
        key -> {
          switch (key) {
            case "target" -> draft.target = json.string(key);
            case "methods" -> draft.methods = methods(key);
            case "paths" -> draft.paths = parsed(key, PathTemplate::parse);
            default -> throw JsonReading.unknown("deny");
          }
        });
    return new DenyRule(
        required(draft.target, "target"),
        required(draft.methods, "methods"),
        required(draft.paths, "paths"));
  }

  private CredentialRef credential() throws IOException {
    var draft = new GrantDraft();
    json.object(
        "credential",
        key -> {
          switch (key) {
            case "provider" -> draft.provider = json.string(key);
            case "narrow" -> draft.narrow = narrow();
            default -> throw JsonReading.unknown("credential");
          }
        });
    return new CredentialRef(
        required(draft.provider, "provider"), required(draft.narrow, "narrow"));
  }

  private SortedMap<String, List<String>> narrow() throws IOException {
    var narrow = new TreeMap<String, List<String>>();
    json.object("narrow", key -> narrow.put(key, json.strings("narrow")));
    return narrow;
  }

  private Set<String> methods(String key) throws IOException {
    return new HashSet<>(json.strings(key));
  }

  private Set<Integer> ports(String key) throws IOException {
    var ports = new LinkedHashSet<Integer>();
    json.array(key, () -> ports.add(Math.toIntExact(json.number(key))));
    return ports;
  }

  private <T> List<T> parsed(String key, Function<String, Parsed<T>> parse) throws IOException {
    return json.strings(key).stream().map(text -> parse.apply(text).orThrow()).toList();
  }

  /// Reads one element of an array.
  private interface Reader<T> {
    T read() throws IOException;
  }

  private <T> List<T> list(String key, Reader<T> reader) throws IOException {
    var list = new ArrayList<T>();
    json.array(key, () -> list.add(reader.read()));
    return list;
  }

  private <T> T oneOf(String key, T[] values, Function<T, String> word) throws IOException {
    var text = json.string(key);
    for (var value : values) {
      if (word.apply(value).equals(text)) {
        return value;
      }
    }
    throw new IllegalArgumentException(key + ": unknown value");
  }

  private static <T> T required(@Nullable T value, String key) {
    if (value == null) {
      throw new IllegalArgumentException(key + ": missing");
    }
    return value;
  }

  /// What was read of an envelope so far.
  private static final class Draft {
    @Nullable String session;
    @Nullable String template;
    @Nullable String workload;
    @Nullable Binding binding;
    @Nullable Sharing sharing;
    @Nullable Instant expiresAt;
    @Nullable Duration idle;
    OptionalLong calls = OptionalLong.empty();
    Sensitivity ceiling = Sensitivity.RESTRICTED;
    SessionFacts facts = SessionFacts.NONE;
    @Nullable List<Target> targets;
    @Nullable List<Grant> grants;
    @Nullable List<DenyRule> denies;
  }

  private static final class FactsDraft {
    String taskId = "";
    String taskPurpose = "";
    String onBehalfOf = "";
    Map<String, String> parameters = Map.of();
    Map<String, String> context = Map.of();
  }

  private static final class TargetDraft {
    @Nullable String name;
    @Nullable List<HostPattern> hosts;
    @Nullable Set<Integer> ports;
    @Nullable Protocol protocol;
    @Nullable AddressRules addresses;
    @Nullable Boolean allowPrivate;
    @Nullable List<Cidr> cidrs;
    UpstreamRoots roots = new UpstreamRoots.SystemRoots();
    Sensitivity sensitivity = Sensitivity.RESTRICTED;
  }

  private static final class GrantDraft {
    @Nullable String name;
    @Nullable String target;
    @Nullable Set<String> methods;
    @Nullable List<PathTemplate> paths;
    OptionalLong calls = OptionalLong.empty();
    @Nullable CredentialRef credential;
    @Nullable String provider;
    @Nullable SortedMap<String, List<String>> narrow;
    @Nullable SortedMap<String, Constraint> query;
    @Nullable SortedMap<String, Constraint> headers;
    @Nullable BodyRule body;
    @Nullable Condition condition;
    boolean agentCredentials;
    boolean webSocket;
  }
}
