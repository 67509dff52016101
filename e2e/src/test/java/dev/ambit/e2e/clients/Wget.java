package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;

/// The command line program wget. It reads no variable that names an authority where it is built on
/// GnuTLS, as Debian's is: so it is told.
final class Wget implements Agent {
  private static final Pattern STATUS = Pattern.compile("(?m)^ *HTTP/1\\.1 (\\d{3}) ");
  private static final Pattern FIELD = Pattern.compile("(?m)^ +([A-Za-z-]+): (.*)$");

  /// What it exits with when the answer was a refusal.
  private static final int ERROR_ANSWER = 8;

  @Override
  public Reply send(User agent, String method, String url, String... fields) throws IOException {
    var words = new ArrayList<>(List.of("--method=" + method, url));
    for (var field : fields) {
      words.add("--header=" + field);
    }
    return run(agent, words);
  }

  @Override
  public Reply upload(User agent, String url, Path file) throws IOException {
    return run(agent, List.of("--method=POST", "--body-file=" + file, url));
  }

  private static Reply run(User agent, List<String> words) throws IOException {
    var all = words(agent, "--server-response", "--content-on-error");
    all.addAll(words);
    var ran = agent.run(all);
    var status = STATUS.matcher(ran.err());
    if ((ran.exit() != 0 && ran.exit() != ERROR_ANSWER) || !status.find()) {
      throw new IOException("wget: exit code " + ran.exit() + ": " + ran.err());
    }
    var headers = new HashMap<String, String>();
    FIELD
        .matcher(ran.err())
        .results()
        .forEach(field -> headers.put(field.group(1), field.group(2)));
    return new Reply(Integer.parseInt(status.group(1)), headers, ran.out());
  }

  @Override
  public String[] follow(User agent, String url) {
    var words = words(agent);
    words.add(url);
    return words.toArray(String[]::new);
  }

  /// One try: to be refused, or cut, is an answer. Terse, because quiet hides why a tunnel was
  /// refused.
  private static List<String> words(User agent, String... more) {
    var words = new ArrayList<>(List.of("wget", "-nv", "-O", "-", "--tries=1", "--timeout=60"));
    words.add("--ca-certificate=" + agent.variables().get("SSL_CERT_FILE"));
    words.addAll(List.of(more));
    return words;
  }

  @Override
  public String version() {
    return User.ROOT.run("wget", "--version").out().split(" ", 4)[2];
  }
}
