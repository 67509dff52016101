package dev.ambit.e2e.agents;

import dev.ambit.cli.print.Json;
import dev.ambit.e2e.set.Ran;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An unmodified client program that is told of the proxy by its environment alone.
enum Client {
  CURL {
    @Override
    Reply send(Map<String, String> variables, String method, String url, String... fields)
        throws IOException, InterruptedException {
      // --write-out puts the facts after the body; -D - would mix interim heads into it.
      var words = words("curl", "-sS", "-X", method, "-w", "\n%{http_code}\n%{header_json}", url);
      for (var field : fields) {
        words.add("-H");
        words.add(field);
      }
      var ran = Ran.run(variables, words.toArray(String[]::new));
      if (ran.exit() != 0) {
        throw new IOException("curl: exit code " + ran.exit() + ": " + ran.err());
      }
      var facts = ran.out().indexOf("\n{");
      var status = ran.out().lastIndexOf('\n', facts - 1);
      var headers = new HashMap<String, String>();
      object(ran.out().substring(facts))
          .forEach((name, values) ->
              headers.put(name.toString(), String.valueOf(((List<?>) values).getFirst())));
      return new Reply(
          Integer.parseInt(ran.out().substring(status + 1, facts)),
          headers,
          ran.out().substring(0, status));
    }

    @Override
    String[] follow(String url) {
      return new String[] {"curl", "-sS", "-N", url};
    }
  },

  PYTHON {
    @Override
    Reply send(Map<String, String> variables, String method, String url, String... fields)
        throws IOException, InterruptedException {
      var words = words(python(), script("fetch.py"), method, url);
      words.addAll(List.of(fields));
      var ran = Ran.run(variables, words.toArray(String[]::new));
      if (ran.exit() != 0) {
        throw new IOException("fetch.py: exit code " + ran.exit() + ": " + ran.err());
      }
      return reply(object(ran.out()));
    }

    @Override
    String[] follow(String url) throws IOException, InterruptedException {
      return new String[] {python(), script("events.py"), url};
    }
  };

  /// Sends one request. Throws IOException with the client's own words when it got no answer.
  ///
  /// @param fields `Name:value`
  abstract Reply send(Map<String, String> variables, String method, String url, String... fields)
      throws IOException, InterruptedException;

  /// The words that follow a stream of events and print each line as it comes.
  abstract String[] follow(String url) throws IOException, InterruptedException;

  /// What it says when its tunnel is refused.
  String refusedTunnel(Map<String, String> variables, String url) throws InterruptedException {
    try {
      return "answered: " + send(variables, "GET", url);
    } catch (IOException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  /// A script of `e2e/clients`.
  static String script(String name) {
    return Path.of("clients", name).toAbsolutePath().toString();
  }

  /// The interpreter that has requests; made on first use, then cached outside the tree.
  static String python() throws IOException, InterruptedException {
    var made = Ran.run(Map.of(), script("python-env"));
    if (made.exit() != 0) {
      throw new IOException("python-env: " + made.err());
    }
    return made.out().strip();
  }

  private static List<String> words(String... words) {
    return new ArrayList<>(List.of(words));
  }

  private static Reply reply(Map<?, ?> facts) {
    var headers = new HashMap<String, String>();
    if (facts.get("headers") instanceof Map<?, ?> fields) {
      fields.forEach((name, value) -> headers.put(name.toString(), String.valueOf(value)));
    }
    return new Reply(
        Integer.parseInt(String.valueOf(facts.get("status"))),
        headers,
        String.valueOf(facts.get("body")));
  }

  private static Map<?, ?> object(String json) {
    return (Map<?, ?>) Json.read(json.strip().getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }
}
