package dev.ambit.resources;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// One file to its documents, strictly: no anchors, aliases, tags, merge keys, directives,
/// duplicate keys or keys that are not scalars, at most 16 levels deep. What makes YAML surprising
/// is refused.
final class YamlParser {
  static final int DEPTH_MAX = 16;

  private final String file;
  private final Findings findings;
  private Iterator<Event> events = List.<Event>of().iterator();

  YamlParser(String file, Findings findings) {
    this.file = file;
    this.findings = findings;
  }

  /// The documents, without empty ones; nothing when the file is no YAML, which is then a finding.
  List<Yaml> parse(String text) {
    var settings = LoadSettings.builder().setLabel("").setCodePointLimit(text.length() + 1).build();
    var documents = new ArrayList<Yaml>();
    try {
      events = new Parse(settings).parseString(text).iterator();
      while (events.hasNext()) {
        if (events.next() instanceof DocumentStartEvent start) {
          directives(start);
          var document = value(events.next(), 0);
          if (!(document instanceof Yaml.Scalar scalar && scalar.isNothing())) {
            documents.add(document);
          }
        }
      }
      return documents;
    } catch (MarkedYamlEngineException e) {
      var why = Findings.shown(String.valueOf(e.getProblem()));
      findings.add(place(line(e.getProblemMark())), "no YAML: " + why, "YAML 1.2");
    } catch (YamlEngineException _) {
      findings.add(place(1), "no YAML, or too deep", "YAML 1.2, at most 16 levels");
    }
    return List.of();
  }

  private Yaml value(Event event, int depth) {
    var line = line(event.getStartMark());
    if (depth > DEPTH_MAX) {
      throw new YamlEngineException("too deep");
    }
    return switch (event) {
      case ScalarEvent scalar -> {
        plainNode(line, scalar.getAnchor(), scalar.getTag());
        yield new Yaml.Scalar(line, scalar.getValue(), scalar.isPlain());
      }
      case SequenceStartEvent start -> {
        plainNode(line, start.getAnchor(), start.getTag());
        yield sequence(line, depth);
      }
      case MappingStartEvent start -> {
        plainNode(line, start.getAnchor(), start.getTag());
        yield mapping(line, depth);
      }
      case AliasEvent _ -> {
        findings.add(place(line), "alias", "the value itself");
        yield new Yaml.Scalar(line, "", true);
      }
      default -> throw new YamlEngineException("unexpected event");
    };
  }

  private Yaml sequence(int line, int depth) {
    var items = new ArrayList<Yaml>();
    for (var event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
      items.add(value(event, depth + 1));
    }
    return new Yaml.Sequence(line, items);
  }

  private Yaml mapping(int line, int depth) {
    var entries = new ArrayList<Yaml.Entry>();
    var keys = new HashSet<String>();
    for (var event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
      var key = value(event, depth + 1);
      var value = value(events.next(), depth + 1);
      if (!(key instanceof Yaml.Scalar(int keyLine, String text, _))) {
        findings.add(place(key.line()), "key that is " + key.kind(), "a string");
      } else if (text.equals("<<")) {
        findings.add(place(keyLine), "merge key", "the keys themselves");
      } else if (!keys.add(text)) {
        findings.add(
            new Place(file, keyLine, Findings.shown(text)), "duplicate key", "each key once");
      } else {
        entries.add(new Yaml.Entry(keyLine, text, value));
      }
    }
    return new Yaml.Mapping(line, entries);
  }

  private void directives(DocumentStartEvent start) {
    if (start.getSpecVersion().isPresent() || !start.getTags().isEmpty()) {
      findings.add(place(line(start.getStartMark())), "directive", "none");
    }
  }

  private void plainNode(int line, Optional<Anchor> anchor, Optional<String> tag) {
    if (anchor.isPresent()) {
      findings.add(place(line), "anchor", "none");
    }
    if (tag.isPresent()) {
      findings.add(place(line), "tag", "none");
    }
  }

  private Place place(int line) {
    return new Place(file, line, "document");
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(m -> m.getLine() + 1).orElse(1);
  }
}
