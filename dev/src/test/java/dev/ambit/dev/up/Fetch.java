package dev.ambit.dev.up;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// An ordinary client: fetches a URL, writes status and body to a file, and exits with 7.
final class Fetch {
  private Fetch() {}

  public static void main(String[] arguments) throws IOException {
    var connection = (HttpURLConnection) URI.create(arguments[0]).toURL().openConnection();
    var status = connection.getResponseCode();
    try (var body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      var text = new String(body.readAllBytes(), StandardCharsets.UTF_8).strip();
      Files.writeString(Path.of(arguments[1]), status + " " + text);
    }
    System.exit(7);
  }
}
