package dev.ambit.e2e.clients;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;

/// Java's own HttpClient, with its defaults.
record HttpClientMain(HttpClient http) implements JavaProgram {
  public static void main(String[] words) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      new HttpClientMain(http).run(words);
    }
  }

  @Override
  public Reply send(String method, URI uri, List<String> fields)
      throws IOException, InterruptedException {
    return reply(method, uri, fields, BodyPublishers.noBody());
  }

  @Override
  public Reply upload(URI uri, Path file) throws IOException, InterruptedException {
    return reply("POST", uri, List.of(), BodyPublishers.ofFile(file));
  }

  private Reply reply(String method, URI uri, List<String> fields, BodyPublisher body)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri).method(method, body);
    for (var field : fields) {
      var colon = field.indexOf(':');
      request.header(field.substring(0, colon), field.substring(colon + 1));
    }
    var answer = http.send(request.build(), BodyHandlers.ofString());
    var headers = new HashMap<String, String>();
    answer.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
    return new Reply(answer.statusCode(), headers, answer.body());
  }

  @Override
  public void follow(URI uri, Consumer<String> lines) throws IOException, InterruptedException {
    var answer = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofLines());
    try (var events = answer.body()) {
      events.forEach(lines);
    }
  }

  @Override
  public String version() {
    return System.getProperty("java.version");
  }
}
