package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.e2e.clients.Listed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A page of the clients. Each test that measures something of a client compares it with the
/// client's line, or, asked to write the page anew, puts it there.
///
/// @param name of its file
/// @param tests that write it
/// @param given columns that are not measured, in front of the others
/// @param columns in the order of the table
/// @param lines in the order of the table
/// @param before what stands in front of the table
/// @param after what stands behind it
record ClientPage(
    String name,
    String tests,
    List<Given> given,
    List<Column> columns,
    List<Line> lines,
    String before,
    String after) {
  /// What is measured.
  enum Column {
    VERSION("version"),
    GRANTED("granted"),
    REFUSED("refused"),
    TUNNEL("tunnel refused"),
    NAME("unknown name"),
    PLAIN("`http://`"),
    STREAMED("streamed"),
    CUT("cut"),
    UPLOADED("uploaded"),
    UPLOAD_REFUSED("upload refused");

    private final String title;

    Column(String title) {
      this.title = title;
    }
  }

  /// What a client is known to be given.
  record Given(String title, Function<Listed, String> cell) {}

  /// A line of the table.
  ///
  /// @param untried what is no matter of this client
  record Line(Listed client, Set<Column> untried) {
    Line {
      untried = Set.copyOf(untried);
    }
  }

  private static final String UNKNOWN = "?";
  private static final String UNTRIED = "–";
  private static final Pattern CELL = Pattern.compile(" \\| ");

  ClientPage {
    given = List.copyOf(given);
    columns = List.copyOf(columns);
    lines = List.copyOf(lines);
  }

  /// Compares what was measured with the page; or writes it there, when that is asked for.
  void measured(Listed client, Column column, String value) throws IOException {
    var all = read();
    var cells = all.getOrDefault(client.title(), Map.of());
    if (Boolean.getBoolean("ambit.write.docs")) {
      cells.put(column, value);
      Files.writeString(file(), render(all));
    } else if (column != Column.VERSION || client.pinned()) {
      assertThat(cells.get(column))
          .as("docs/%s, %s, %s; written anew with: %s", name, client.title(), column.title, anew())
          .isEqualTo(value);
    }
  }

  /// The file holds every client once and nothing else, and all of it was measured.
  void assertWhole() throws IOException {
    var all = read();
    assertThat(text()).as("written anew with: " + anew()).isEqualTo(render(all));
    assertThat(all.values()).noneMatch(cells -> cells.containsValue(UNKNOWN));
  }

  private String anew() {
    return "mvn verify -pl e2e -am -Dtest='"
        + tests
        + "' -Dsurefire.failIfNoSpecifiedTests=false -Dambit.write.docs=true";
  }

  private Path file() {
    return Path.of("../docs", name);
  }

  private String text() throws IOException {
    try {
      return Files.readString(file());
    } catch (NoSuchFileException _) {
      return "";
    }
  }

  /// As it is now, by title.
  private Map<String, Map<Column, String>> read() throws IOException {
    var all = new HashMap<String, Map<Column, String>>();
    var text = text();
    for (var line : lines) {
      var title = line.client().title();
      var found =
          text.lines()
              .filter(row -> row.startsWith("| " + title + " | "))
              .flatMap(row -> CELL.splitAsStream(row.substring(2, row.length() - 2)))
              .skip(1 + given.size())
              .iterator();
      var cells = new EnumMap<Column, String>(Column.class);
      for (var column : columns) {
        var cell = found.hasNext() ? found.next() : UNKNOWN;
        cells.put(column, line.untried().contains(column) ? UNTRIED : cell);
      }
      all.put(title, cells);
    }
    return all;
  }

  private String render(Map<String, Map<Column, String>> cells) {
    var head =
        Stream.of(
                Stream.of("client"),
                given.stream().map(Given::title),
                columns.stream().map(column -> column.title))
            .flatMap(titles -> titles);
    var rule = "|" + "---|".repeat(1 + given.size() + columns.size()) + "\n";
    var table =
        lines.stream()
            .map(line -> row(line.client(), cells.getOrDefault(line.client().title(), Map.of())))
            .collect(Collectors.joining());
    return before + row(head) + rule + table + after;
  }

  private String row(Listed client, Map<Column, String> cells) {
    return row(
        Stream.of(
                Stream.of(client.title()),
                given.stream().map(column -> column.cell().apply(client)),
                columns.stream().map(column -> cells.getOrDefault(column, UNKNOWN)))
            .flatMap(values -> values));
  }

  private static String row(Stream<String> cells) {
    return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
