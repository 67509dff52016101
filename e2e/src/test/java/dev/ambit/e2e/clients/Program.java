package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
  public Reply send(User agent, String method, String url, String... fields)
      throws IOException, InterruptedException {
    var words = new ArrayList<>(List.of("send", method, url));
    words.addAll(List.of(fields));
    return Reply.parse(run(agent, words));
  }

  @Override
  public Reply upload(User agent, String url, Path file) throws IOException, InterruptedException {
    return Reply.parse(run(agent, List.of("upload", url, file.toString())));
  }

  @Override
  public String[] follow(User agent, String url) throws IOException, InterruptedException {
    return started(List.of("follow", url)).toArray(String[]::new);
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return run(User.ROOT, List.of("version")).strip();
  }

  private String run(User agent, List<String> words) throws IOException, InterruptedException {
    var all = started(words);
    var ran = agent.run(all);
    if (ran.exit() != 0) {
      throw new IOException(String.join(" ", all) + ": exit code " + ran.exit() + ": " + ran.err());
    }
    return ran.out();
  }

  private List<String> started(List<String> words) throws IOException, InterruptedException {
    var all = new ArrayList<>(start.words());
    all.addAll(words);
    return all;
  }
}
