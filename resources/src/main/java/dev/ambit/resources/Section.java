package dev.ambit.resources;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// One mapping of a document, read key by key. Each question names a key, so that at the end
/// ([#close]) every key that nobody asked for is a finding. A wrong value is a finding, and
/// answered with a harmless one of the right type: who asks goes on, and checks [Findings#count]
/// afterwards.
final class Section {
  private static final String NOT_BUILT = "not enforced yet by this version; remove it";
  private final Findings findings;
  private final String file;
  private final String path;
  private final Yaml.Mapping mapping;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> refused = new LinkedHashSet<>();

  Section(Findings findings, String file, String path, Yaml.Mapping mapping) {
    this.findings = findings;
    this.file = file;
    this.path = path;
    this.mapping = mapping;
  }

  /// A scalar of whatever type, with its place.
  record Value(Yaml.Scalar scalar, Place place) {}

  /// A string of a list, with its place.
  record Item(String text, Place place) {}

  Findings findings() {
    return findings;
  }

  String file() {
    return file;
  }

  /// Where the mapping itself stands.
  Place place() {
    return new Place(file, mapping.line(), path.isEmpty() ? "document" : path);
  }

  /// Where a key of it stands, or the mapping where it is missing.
  Place place(String key) {
    var line =
        mapping.entries().stream()
            .filter(entry -> entry.key().equals(key))
            .findFirst()
            .map(Yaml.Entry::line)
            .orElse(mapping.line());
    return new Place(file, line, path.isEmpty() ? key : path + "." + key);
  }

  /// As [#place], of a key that the author made up: nothing of it stands there unescaped.
  Place placeOf(String key) {
    return new Place(file, place(key).line(), place(Findings.shown(key)).key());
  }

  boolean has(String key) {
    return mapping.entries().stream().anyMatch(entry -> entry.key().equals(key));
  }

  /// Whether a key's value is a string rather than a mapping, for keys that take both.
  boolean isText(String key) {
    return value(key).map(value -> value instanceof Yaml.Scalar).orElse(true);
  }

  /// All its keys, for mappings whose keys are names that the author chose.
  List<String> keys() {
    return mapping.entries().stream().map(Yaml.Entry::key).toList();
  }

  /// A required string; empty when it is missing or none.
  String text(String key) {
    return required(key, "a string").flatMap(value -> string(key, value)).orElse("");
  }

  Optional<String> optionalText(String key) {
    return value(key).flatMap(value -> string(key, value));
  }

  /// A word of `built`; those of `unbuilt` are refused by name. The first of `built` when missing.
  String oneOf(String key, List<String> built, List<String> unbuilt) {
    var word = value(key).flatMap(value -> string(key, value)).orElse(built.getFirst());
    if (unbuilt.contains(word)) {
      findings.add(place(key), word + ": not enforced yet by this version", oneOf(built));
    } else if (!built.contains(word)) {
      findings.add(place(key), Findings.shown(word), oneOf(built));
    } else {
      return word;
    }
    return built.getFirst();
  }

  boolean flag(String key) {
    var value = value(key);
    if (value.isEmpty()) {
      return false;
    }
    if (value.get() instanceof Yaml.Scalar scalar && scalar.isTruth()) {
      return scalar.truth();
    }
    findings.add(place(key), value.get().kind(), "true or false");
    return false;
  }

  /// A scalar of whatever type, if there is the key.
  Optional<Value> scalar(String key) {
    return value(key).flatMap(value -> scalar(place(key), value));
  }

  /// The scalars of a list with at least one, if there is the key.
  List<Value> scalars(String key, int sizeMax) {
    var scalars = new ArrayList<Value>();
    refuseEmpty(key);
    var values = items(key, sizeMax);
    for (var i = 0; i < values.size(); i++) {
      var at = new Place(file, values.get(i).line(), place(key).key() + "[" + i + "]");
      scalar(at, values.get(i)).ifPresent(scalars::add);
    }
    return scalars;
  }

  /// An integer of the range, if there is the key.
  OptionalLong count(String key, long min, long max) {
    return value(key)
        .map(value -> integer(place(key), value, min, max))
        .orElse(OptionalLong.empty());
  }

  /// The integers of a list with at least one, if there is the key.
  List<Integer> counts(String key, int min, int max, int sizeMax) {
    var counts = new ArrayList<Integer>();
    refuseEmpty(key);
    for (var value : items(key, sizeMax)) {
      integer(place(key), value, min, max).ifPresent(count -> counts.add((int) count));
    }
    return counts;
  }

  /// A duration such as `45s`, `30m` or `2h`, if there is the key.
  Optional<Duration> duration(String key, Duration min, Duration max) {
    var text = value(key).flatMap(value -> string(key, value));
    if (text.isEmpty()) {
      return Optional.empty();
    }
    var duration = Durations.parse(text.get());
    if (duration.isEmpty()
        || duration.get().compareTo(min) < 0
        || duration.get().compareTo(max) > 0) {
      findings.add(
          place(key),
          Findings.shown(text.get()),
          Durations.print(min) + " to " + Durations.print(max) + ", such as 45s, 30m, 2h");
      return Optional.empty();
    }
    return duration;
  }

  /// The strings of a list with at least one; none when it is missing, which is a finding.
  List<Item> texts(String key, int sizeMax) {
    required(key, "a list of strings");
    var items = optionalTexts(key, sizeMax);
    refuseEmpty(key);
    return items;
  }

  List<Item> optionalTexts(String key, int sizeMax) {
    var texts = new ArrayList<Item>();
    var values = items(key, sizeMax);
    for (var i = 0; i < values.size(); i++) {
      var at = new Place(file, values.get(i).line(), place(key).key() + "[" + i + "]");
      string(at, values.get(i)).ifPresent(text -> texts.add(new Item(text, at)));
    }
    return texts;
  }

  /// A required mapping.
  Optional<Section> section(String key) {
    return required(key, "a mapping").flatMap(value -> section(place(key), value));
  }

  Optional<Section> optionalSection(String key) {
    return value(key).flatMap(value -> section(place(key), value));
  }

  /// The mappings of a list, if there is the key.
  List<Section> sections(String key, int sizeMax) {
    var sections = new ArrayList<Section>();
    var values = items(key, sizeMax);
    for (var i = 0; i < values.size(); i++) {
      var at = new Place(file, values.get(i).line(), place(key).key() + "[" + i + "]");
      section(at, values.get(i)).ifPresent(sections::add);
    }
    return sections;
  }

  /// Keys whose enforcement is not built: refused by name, never read and ignored.
  void unbuilt(String... keys) {
    for (var key : keys) {
      refused.add(key);
      if (has(key)) {
        findings.add(place(key), NOT_BUILT);
      }
    }
  }

  /// A key that must not be there beside what is.
  void refuse(String key, String seen, String expected) {
    refused.add(key);
    if (has(key)) {
      findings.add(place(key), seen, expected);
    }
  }

  /// Reports every key that nobody asked for.
  void close() {
    for (var key : keys()) {
      if (!known.contains(key) && !refused.contains(key)) {
        findings.add(
            placeOf(key), "unknown key", known.isEmpty() ? "none" : String.join(", ", known));
      }
    }
  }

  /// The value of a key, if it is there and not null.
  private Optional<Yaml> value(String key) {
    known.add(key);
    return mapping.entries().stream()
        .filter(entry -> entry.key().equals(key))
        .map(Yaml.Entry::value)
        .findFirst();
  }

  private Optional<Yaml> required(String key, String expected) {
    var value = value(key);
    if (value.isEmpty()) {
      findings.add(place(key), "missing", expected);
    }
    return value;
  }

  private void refuseEmpty(String key) {
    if (value(key).orElse(null) instanceof Yaml.Sequence(_, List<Yaml> all) && all.isEmpty()) {
      findings.add(place(key), "empty list", "at least one");
    }
  }

  private List<Yaml> items(String key, int sizeMax) {
    var value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!(value.get() instanceof Yaml.Sequence(_, List<Yaml> items))) {
      findings.add(place(key), value.get().kind(), "a list");
      return List.of();
    }
    if (items.size() > sizeMax) {
      findings.add(place(key), items.size() + " entries", "at most " + sizeMax);
      return List.of();
    }
    return items;
  }

  private Optional<Value> scalar(Place at, Yaml value) {
    if (value instanceof Yaml.Scalar scalar) {
      return Optional.of(new Value(scalar, at));
    }
    findings.add(at, value.kind(), "a single value");
    return Optional.empty();
  }

  private Optional<String> string(String key, Yaml value) {
    return string(place(key), value);
  }

  private Optional<String> string(Place at, Yaml value) {
    if (!(value instanceof Yaml.Scalar scalar && scalar.isString())) {
      var hint = value instanceof Yaml.Scalar ? "a string; quote it" : "a string";
      findings.add(at, value.kind(), hint);
    } else if (scalar.text().isEmpty() || scalar.text().length() > 4_096) {
      findings.add(at, scalar.text().length() + " characters", "1 to 4096");
    } else {
      return Optional.of(scalar.text());
    }
    return Optional.empty();
  }

  private OptionalLong integer(Place at, Yaml value, long min, long max) {
    var range = min + " to " + max;
    if (!(value instanceof Yaml.Scalar(_, String text, boolean plain))) {
      findings.add(at, value.kind(), range);
      return OptionalLong.empty();
    }
    // Plain decimal only: at most 18 digits fit a long, and 010 means 8 to half the world.
    var digits = plain && text.length() <= 18 && text.matches("0|[1-9][0-9]*");
    if (!digits || Long.parseLong(text) < min || Long.parseLong(text) > max) {
      findings.add(at, Findings.shown(text), range);
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  private Optional<Section> section(Place at, Yaml value) {
    if (value instanceof Yaml.Mapping child) {
      return Optional.of(new Section(findings, file, at.key(), child));
    }
    findings.add(at, value.kind(), "a mapping");
    return Optional.empty();
  }

  private static String oneOf(List<String> words) {
    return words.size() == 1 ? words.getFirst() : "one of " + String.join(", ", words);
  }
}
