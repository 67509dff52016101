package dev.ambit.e2e.clients;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// What every program in Java does with its client, and what [Program] says to it. What the client
/// throws ends it, with exit code 1 and the error's text.
interface JavaProgram {
  /// Sends one request.
  ///
  /// @param fields `Name:value`
  Reply send(String method, URI uri, List<String> fields) throws IOException, InterruptedException;

  /// Posts a file that is never whole in memory.
  Reply upload(URI uri, Path file) throws IOException, InterruptedException;

  /// Hands on each line of the answer as it comes.
  void follow(URI uri, Consumer<String> lines) throws IOException, InterruptedException;

  String version();

  /// Does what the command line says.
  default void run(String... words) throws IOException, InterruptedException {
    switch (words[0]) {
      case "send" -> {
        var fields = Arrays.asList(words).subList(3, words.length);
        say(send(words[1], URI.create(words[2]), fields).line());
      }
      case "upload" -> say(upload(URI.create(words[1]), Path.of(words[2])).line());
      case "follow" -> follow(URI.create(words[1]), JavaProgram::say);
      case "version" -> say(version());
      default ->
          throw new IOException(words[0] + ": unknown (expected: send, upload, follow or version)");
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
