package dev.ambit.e2e.clients;

import dev.ambit.e2e.set.Ran;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A program made for the tests around one library. All of them are told alike what to do: `send
/// METHOD URL [NAME:VALUE...]`, `upload URL FILE`, `follow URL`, `version`.
///
/// @param start the words that start it
record Program(Start start) implements Agent {
  /// Looked up when it is needed: the first time, tools are fetched.
  interface Start {
    List<String> words() throws IOException, InterruptedException;
  }

  @Override
  public Reply send(Map<String, String> variables, String method, String url, String... fields)
      throws IOException, InterruptedException {
    var words = new ArrayList<>(List.of("send", method, url));
    words.addAll(List.of(fields));
    return Reply.parse(run(variables, words));
  }

  @Override
  public Reply upload(Map<String, String> variables, String url, Path file)
      throws IOException, InterruptedException {
    return Reply.parse(run(variables, List.of("upload", url, file.toString())));
  }

  @Override
  public String[] follow(Map<String, String> variables, String url)
      throws IOException, InterruptedException {
    return started(List.of("follow", url));
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return run(Map.of(), List.of("version")).strip();
  }

  private String run(Map<String, String> variables, List<String> words)
      throws IOException, InterruptedException {
    var all = started(words);
    var ran = Ran.run(variables, all);
    if (ran.exit() != 0) {
      throw new IOException(String.join(" ", all) + ": exit code " + ran.exit() + ": " + ran.err());
    }
    return ran.out();
  }

  private String[] started(List<String> words) throws IOException, InterruptedException {
    var all = new ArrayList<>(start.words());
    all.addAll(words);
    return all.toArray(String[]::new);
  }
}
