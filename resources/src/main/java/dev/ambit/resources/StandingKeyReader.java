package dev.ambit.resources;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads `static`, a key that outlives the sessions that use it: where it lies, and by exactly one
/// of `header`, `basic` and `query` where it goes.
final class StandingKeyReader {
  private static final Duration LIFETIME_DEFAULT = Duration.ofHours(1);
  private static final List<String> USES = List.of("header", "basic", "query");
  private static final Pattern FIELD = Pattern.compile("[a-z0-9-]{1,64}");
  private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9._~-]{1,64}");
  private static final Pattern VISIBLE = Pattern.compile("[ -~]{1,64}");

  /// Fields that say where a message goes and where it ends.
  private static final Set<String> FRAMING =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "accept-encoding");

  private final Path folder;

  /// @param folder that files are named from
  StandingKeyReader(Path folder) {
    this.folder = folder;
  }

  Optional<ProviderSpec> read(String name, Section standing) {
    var before = standing.findings().count();
    standing.unbuilt("rotateOnClose", "cookie");
    var file = standing.section("key").map(this::file);
    var uses = USES.stream().filter(standing::has).toList();
    if (uses.size() != 1) {
      standing
          .findings()
          .add(
              standing.place(),
              uses.isEmpty() ? "nowhere to go" : String.join(" and ", uses),
              "exactly one of " + String.join(", ", USES));
    }
    var header = standing.optionalSection("header").map(StandingKeyReader::header);
    var basic = standing.optionalSection("basic").map(StandingKeyReader::basic);
    var query = standing.optionalSection("query").map(StandingKeyReader::query);
    var lifetime = standing.duration("lifetimeMax", Duration.ofMinutes(1), Duration.ofDays(1));
    standing.close();
    if (standing.findings().count() > before) {
      return Optional.empty();
    }
    var use = header.or(() -> basic).or(() -> query);
    return Optional.of(
        new ProviderSpec.StandingKey(
            name, file.orElseThrow(), use.orElseThrow(), lifetime.orElse(LIFETIME_DEFAULT)));
  }

  private Path file(Section key) {
    var file = key.text("file");
    key.close();
    var path = folder.resolve(file);
    if (!file.isEmpty() && !(Files.isRegularFile(path) && Files.isReadable(path))) {
      key.findings().add(key.place("file"), Findings.shown(file), "a readable file");
    }
    return path;
  }

  private static ProviderSpec.Use header(Section header) {
    var name = header.text("name");
    var prefix = header.optionalText("prefix").orElse("");
    header.close();
    if (!name.isEmpty() && (!FIELD.matcher(name).matches() || FRAMING.contains(name))) {
      header
          .findings()
          .add(
              header.place("name"),
              Findings.shown(name),
              "a lower-case field name that frames no message");
    }
    if (!prefix.isEmpty() && !VISIBLE.matcher(prefix).matches()) {
      header.findings().add(header.place("prefix"), "not usable", "1 to 64 printable characters");
    }
    return new ProviderSpec.Use.Header(name, prefix);
  }

  private static ProviderSpec.Use basic(Section basic) {
    var user = basic.text("user");
    basic.close();
    // RFC 7617 2: a user with a colon would be read as another.
    if (!user.isEmpty() && (!VISIBLE.matcher(user).matches() || user.contains(":"))) {
      basic
          .findings()
          .add(basic.place("user"), "not usable", "1 to 64 printable characters without a colon");
    }
    return new ProviderSpec.Use.Basic(user);
  }

  private static ProviderSpec.Use query(Section query) {
    var name = query.text("name");
    var logged = query.text("logged");
    query.close();
    if (!name.isEmpty() && !PARAMETER.matcher(name).matches()) {
      query
          .findings()
          .add(query.place("name"), Findings.shown(name), "letters, digits, - . _ ~, at most 64");
    }
    if (!logged.isEmpty() && !logged.equals("accepted")) {
      query.findings().add(query.place("logged"), Findings.shown(logged), "accepted");
    }
    return new ProviderSpec.Use.Query(name);
  }
}
