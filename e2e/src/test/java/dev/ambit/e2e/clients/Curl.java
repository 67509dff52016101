package dev.ambit.e2e.clients;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The command line program curl.
final class Curl implements Agent {
  @Override
  public Reply send(User agent, String method, String url, String... fields) throws IOException {
    var words = new ArrayList<>(List.of("-X", method, url));
    for (var field : fields) {
      words.add("-H");
      words.add(field);
    }
    return run(agent, words);
  }

  @Override
  public Reply upload(User agent, String url, Path file) throws IOException {
    return run(agent, List.of("-X", "POST", "-T", file.toString(), url));
  }

  private static Reply run(User agent, List<String> words) throws IOException {
    // --write-out puts the facts after the body; -D - would mix interim heads into it.
    var all = new ArrayList<>(List.of("curl", "-sS", "-w", "\n%{http_code}\n%{header_json}"));
    all.addAll(words);
    var ran = agent.run(all);
    if (ran.exit() != 0) {
      throw new IOException("curl: exit code " + ran.exit() + ": " + ran.err());
    }
    var facts = ran.out().indexOf("\n{");
    var status = ran.out().lastIndexOf('\n', facts - 1);
    var headers = new HashMap<String, String>();
    ((Map<?, ?>)
            Json.read(ran.out().substring(facts).strip().getBytes(StandardCharsets.UTF_8))
                .orElseThrow())
        .forEach((name, values) ->
            headers.put(name.toString(), String.valueOf(((List<?>) values).getFirst())));
    return new Reply(
        Integer.parseInt(ran.out().substring(status + 1, facts)),
        headers,
        ran.out().substring(0, status));
  }

  @Override
  public String[] follow(User agent, String url) {
    return new String[] {"curl", "-sS", "-N", url};
  }

  @Override
  public String version() {
    return User.ROOT.run("curl", "--version").out().split(" ", 3)[1];
  }
}
