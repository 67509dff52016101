package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.file.Path;

/// How a client is made to do what agents do.
interface Agent {
  /// Sends one request. Throws IOException with the client's own words when it got no answer.
  ///
  /// @param fields `Name:value`
  Reply send(User agent, String method, String url, String... fields)
      throws IOException, InterruptedException;

  /// Posts a file, as `send`.
  Reply upload(User agent, String url, Path file) throws IOException, InterruptedException;

  /// The words that follow a stream of events and print each line as it comes.
  String[] follow(User agent, String url) throws IOException, InterruptedException;

  String version() throws IOException, InterruptedException;
}
