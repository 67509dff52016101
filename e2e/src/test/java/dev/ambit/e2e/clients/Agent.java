package dev.ambit.e2e.clients;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// How a client is made to do what agents do.
interface Agent {
  /// Sends one request. Throws IOException with the client's own words when it got no answer.
  ///
  /// @param fields `Name:value`
  Reply send(Map<String, String> variables, String method, String url, String... fields)
      throws IOException, InterruptedException;

  /// Posts a file, as `send`.
  Reply upload(Map<String, String> variables, String url, Path file)
      throws IOException, InterruptedException;

  /// The words that follow a stream of events and print each line as it comes.
  String[] follow(Map<String, String> variables, String url)
      throws IOException, InterruptedException;

  String version() throws IOException, InterruptedException;
}
