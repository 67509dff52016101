package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.e2e.clients.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The page of the clients. Each test that measures something of a client compares it with the
/// client's line, or, asked to write the page anew, puts it there.
final class ClientPage {
  /// What is measured, in the order of the table.
  enum Column {
    VERSION("version"),
    GRANTED("granted"),
    REFUSED("refused"),
    TUNNEL("tunnel refused"),
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

  private static final Path PAGE = Path.of("../docs/clients.md");
  private static final String UNKNOWN = "?";
  private static final String ANEW =
      "mvn verify -pl e2e -am -Dtest='OrdinaryClientTest,EventStreamTest,ClientPageTest'"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dambit.write.docs=true";
  private static final Pattern CELL = Pattern.compile(" \\| ");

  /// Columns that are not measured, in front of the others.
  private static final int GIVEN = 3;

  private final Map<Client, Map<Column, String>> lines = new EnumMap<>(Client.class);

  /// As it is now.
  static ClientPage read() throws IOException {
    var page = new ClientPage();
    var text = text();
    for (var client : Client.values()) {
      var found =
          text.lines()
              .filter(line -> line.startsWith("| " + client.title() + " | "))
              .flatMap(line -> CELL.splitAsStream(line.substring(2, line.length() - 2)))
              .skip(GIVEN)
              .iterator();
      var cells = new EnumMap<Column, String>(Column.class);
      for (var column : Column.values()) {
        cells.put(column, found.hasNext() ? found.next() : UNKNOWN);
      }
      page.lines.put(client, cells);
    }
    return page;
  }

  static String text() throws IOException {
    try {
      return Files.readString(PAGE);
    } catch (NoSuchFileException _) {
      return "";
    }
  }

  /// Compares what was measured with the page; or writes it there, when that is asked for.
  static void measured(Client client, Column column, String value) throws IOException {
    var page = read();
    var cells = page.lines.getOrDefault(client, Map.of());
    if (Boolean.getBoolean("ambit.write.docs")) {
      cells.put(column, value);
      Files.writeString(PAGE, page.render());
    } else if (column != Column.VERSION || client.pinned()) {
      assertThat(cells.get(column))
          .as("docs/clients.md, %s, %s; written anew with: %s", client.title(), column.title, ANEW)
          .isEqualTo(value);
    }
  }

  /// Whether something was never measured.
  boolean unmeasured() {
    return lines.values().stream().anyMatch(cells -> cells.containsValue(UNKNOWN));
  }

  static String anew() {
    return ANEW;
  }

  String render() {
    var given = Stream.of("client", "pointed at the proxy by", "trusts by");
    var measured = Arrays.stream(Column.values()).map(column -> column.title);
    var rule = "|" + "---|".repeat(GIVEN + Column.values().length) + "\n";
    var table = Arrays.stream(Client.values()).map(this::line).collect(Collectors.joining());
    return BEFORE + row(Stream.concat(given, measured)) + rule + table + AFTER;
  }

  private String line(Client client) {
    var given = Stream.of(client.title(), client.proxy().text(), client.trust().text());
    return row(Stream.concat(given, lines.getOrDefault(client, Map.of()).values().stream()));
  }

  private static String row(Stream<String> cells) {
    return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static final String BEFORE =
      """
      # Clients

      What ordinary clients need so that they work as agents through the explicit listener, and what was measured when they were run so: each is a program of its own
      in the whole-system tests, unmodified and with its defaults but for what its line says. This page is made by those tests; they fail when it says anything else,
      and say how to write it anew. Only the versions of what comes with the machine (curl, wget, Python, Go, the JDK) may differ: they are those of the last writing.

      `ambit session run` sets all the variables named here, and a pod is to have them too. Each client was run with all of them, and granted a call with those of its
      line alone.

      """;

  private static final String AFTER =
      """

      | column | what was done, and what a cell says |
      |---|---|
      | granted | `GET` of a granted `https://` path, with an `Authorization` of the agent's own. *yes*: answered by the upstream, which saw the session's credential in its place; the agent saw no byte of it |
      | refused | a method that is not granted. *403 and the problem*: the program has the status and the `application/problem+json` body, with the reason |
      | tunnel refused | `https://` to a host that is no target: the refusal answers the CONNECT. What the program is told of it; few clients show the body of such an answer, so the reason phrase names the reason |
      | `http://` | a granted call to a target in cleartext. *absolute form* or *tunnel*: how it comes to the proxy; both are served |
      | streamed | server-sent events, each held back until the program has printed the one before. *event by event*: none waited for the next |
      | cut | the session is closed while a stream runs. *an error*: the program is told that the answer is not whole. *looks whole*: it is not told. The proxy leaves out the last chunk and closes; urllib read line by line takes that for the end, where its `read()` does not |
      | uploaded | a `POST` of some MiB from a file; length and SHA-256 are the same at the upstream. *with its length* or *in chunks*: how the client frames it |
      | upload refused | the same to a path where it is not granted: what the program is told, though it may not have sent all of it |

      Of the Node clients: the built-in `fetch` reads `HTTPS_PROXY` only in a Node that knows `NODE_USE_ENV_PROXY` (or `--use-env-proxy`); before that a dispatcher of the package
      undici is needed. axios before 1.16 sends calls to `https://` without a tunnel, in absolute form, which the proxy takes; where Node reads the variables as well, one of the two
      has to be told not to.

      Java reads no proxy variable: the system properties of `JAVA_TOOL_OPTIONS` do the same for `HttpClient`, OkHttp and `HttpURLConnection`. A client with a trust store or a pinned
      certificate of its own sees a certificate of the pod's authority and refuses, as it should.
      """;
}
