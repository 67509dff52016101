package dev.ambit.e2e.agents;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.ambit.dev.machine.User;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Repositories as git's own server shows them to everyone who asks: `git http-backend` (RFC 3875)
/// behind an HTTP server.
final class GitRepositories implements HttpHandler {
  private static final User ROOT =
      User.ROOT
          .with("GIT_AUTHOR_NAME", "author")
          .with("GIT_AUTHOR_EMAIL", "author@acme.test")
          .with("GIT_COMMITTER_NAME", "author")
          .with("GIT_COMMITTER_EMAIL", "author@acme.test");

  private final String path;
  private final Path folder;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile String lastFraming = "";

  /// @param path under which the server shows them
  /// @param folder where they are kept
  GitRepositories(String path, Path folder) {
    this.path = path;
    this.folder = folder;
  }

  /// Makes one with a first commit on `main`.
  void add(String name) {
    var repository = folder.resolve(name).toString();
    ROOT.run("git", "init", "-q", "--bare", "-b", "main", repository).done();
    var empty = ROOT.run("git", "-C", repository, "hash-object", "-wt", "tree", "/dev/null").done();
    var commit = ROOT.run("git", "-C", repository, "commit-tree", "-m", "first", empty.strip());
    ROOT.run("git", "-C", repository, "update-ref", "refs/heads/main", commit.done().strip())
        .done();
  }

  /// The digest by which git knows a file of `main`.
  String object(String name, String file) {
    return ROOT.run("git", "-C", folder.resolve(name).toString(), "rev-parse", "main:" + file)
        .done()
        .strip();
  }

  /// Whatever was asked of it so far: method and address.
  List<String> asked() {
    return List.copyOf(asked);
  }

  /// How the body of the last `POST` came: `with its length` or `in chunks`.
  String lastFraming() {
    return lastFraming;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      if (exchange.getRequestMethod().equals("POST")) {
        lastFraming = field(exchange, "Content-Length").isEmpty() ? "in chunks" : "with its length";
      }
      var backend = start(exchange);
      try {
        try (var in = backend.getOutputStream()) {
          exchange.getRequestBody().transferTo(in);
        }
        try (var out = new BufferedInputStream(backend.getInputStream())) {
          answer(exchange, out);
        }
      } finally {
        backend.destroyForcibly();
      }
    }
  }

  private Process start(HttpExchange exchange) throws IOException {
    var builder =
        new ProcessBuilder("git", "http-backend").redirectError(ProcessBuilder.Redirect.DISCARD);
    var variables = builder.environment();
    variables.keySet().retainAll(List.of("PATH"));
    var uri = exchange.getRequestURI();
    variables.put("GIT_PROJECT_ROOT", folder.toString());
    variables.put("GIT_HTTP_EXPORT_ALL", "1");
    variables.put("REMOTE_USER", "somebody");
    variables.put("REQUEST_METHOD", exchange.getRequestMethod());
    variables.put("PATH_INFO", uri.getPath().substring(path.length()));
    variables.put("QUERY_STRING", Optional.ofNullable(uri.getQuery()).orElse(""));
    field(exchange, "Content-Type").ifPresent(type -> variables.put("CONTENT_TYPE", type));
    field(exchange, "Content-Length").ifPresent(bytes -> variables.put("CONTENT_LENGTH", bytes));
    field(exchange, "Content-Encoding")
        .ifPresent(coding -> variables.put("HTTP_CONTENT_ENCODING", coding));
    field(exchange, "Git-Protocol").ifPresent(version -> variables.put("GIT_PROTOCOL", version));
    return builder.start();
  }

  private static Optional<String> field(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  private static void answer(HttpExchange exchange, InputStream out) throws IOException {
    var status = 200;
    for (var line = line(out); !line.isEmpty(); line = line(out)) {
      var colon = line.indexOf(':');
      var value = line.substring(colon + 1).strip();
      if (line.substring(0, colon).equals("Status")) {
        status = Integer.parseInt(value.substring(0, 3));
      } else {
        exchange.getResponseHeaders().set(line.substring(0, colon), value);
      }
    }
    exchange.sendResponseHeaders(status, 0);
    out.transferTo(exchange.getResponseBody());
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (var next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("git http-backend: ended within its head");
      }
      line.append((char) next);
    }
    return line.toString().strip();
  }
}
