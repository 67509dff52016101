package dev.ambit.cli.trust;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An ordinary client: how it is asked to fetch a URL with its defaults. In the words `{url}` is
/// what to fetch, `{server}` the host and port of that, `{program}` what was found on PATH, and
/// `{folder}` where [#SOURCES] lie.
///
/// @param program looked up on PATH
/// @param probe words for the program, with which it ends with 0 when the client is there; may be
///   none
/// @param words the command line
/// @param stdin what it reads, with `{path}` for that of the URL
record Client(String name, String program, List<String> probe, List<String> words, String stdin) {
  /// Of clients that are libraries of a compiled language, by file name.
  static final Map<String, String> SOURCES =
      Map.of(
          "Fetch.java",
          """
          public class Fetch {
            public static void main(String[] words) throws Exception {
              java.net.URI.create(words[0]).toURL().openStream().readAllBytes();
            }
          }
          """,
          "fetch.go",
          """
          package main

          import (
            "io"
            "net/http"
            "os"
          )

          func main() {
            answer, err := http.Get(os.Args[1])
            if err != nil {
              os.Exit(1)
            }
            io.Copy(io.Discard, answer.Body)
          }
          """);

  private static final String NODE =
      "require('https').get(process.argv[1], r => r.resume()).on('error', () => process.exit(1))";

  static final List<Client> ALL =
      List.of(
          of("curl", "curl", "-sS", "-o", "/dev/null", "{url}"),
          of("wget", "wget", "-q", "-t", "1", "-O", "/dev/null", "{url}"),
          new Client(
              "openssl",
              "openssl",
              List.of(),
              List.of(
                  "{program}",
                  "s_client",
                  "-quiet",
                  "-verify_return_error",
                  "-connect",
                  "{server}"),
              "GET {path} HTTP/1.0\r\n\r\n"),
          of("git", "git", "ls-remote", "{url}"),
          python("urllib", "urllib.request", "urllib.request.urlopen(sys.argv[1]).read()"),
          python("requests", "requests", "requests.get(sys.argv[1])"),
          python("httpx", "httpx", "httpx.get(sys.argv[1])"),
          of("Node", "node", "-e", NODE, "{url}"),
          of("Node --use-openssl-ca", "node", "--use-openssl-ca", "-e", NODE, "{url}"),
          new Client(
              "Go net/http",
              "go",
              List.of("build", "-o", "{folder}/fetch-go", "{folder}/fetch.go"),
              List.of("{folder}/fetch-go", "{url}"),
              ""),
          // Run from its source, as any Java from 11 on can that is more than a runtime.
          new Client(
              "Java",
              "java",
              List.of("--add-modules", "jdk.compiler", "-version"),
              List.of("{program}", "{folder}/Fetch.java", "{url}"),
              ""),
          of("Ruby", "ruby", "-rnet/http", "-e", "Net::HTTP.get(URI(ARGV[0]))", "{url}"),
          of("PHP", "php", "-r", "file_get_contents($argv[1]);", "{url}"),
          new Client(
              "Perl LWP",
              "perl",
              List.of("-MLWP::UserAgent", "-MLWP::Protocol::https", "-e", "1"),
              List.of(
                  "{program}",
                  "-MLWP::UserAgent",
                  "-e",
                  "LWP::UserAgent->new->get($ARGV[0])",
                  "{url}"),
              ""));

  private static Client of(String name, String program, String... words) {
    var all = new ArrayList<>(List.of("{program}"));
    all.addAll(List.of(words));
    return new Client(name, program, List.of(), List.copyOf(all), "");
  }

  private static Client python(String name, String module, String call) {
    return new Client(
        "Python " + name,
        "python3",
        List.of("-c", "import " + module),
        List.of("{program}", "-c", "import sys, " + module + "; " + call, "{url}"),
        "");
  }

  /// The command line that tells whether the client is there; of no words when the program is
  /// enough.
  List<String> probe(Path found, Path folder) {
    if (probe.isEmpty()) {
      return List.of();
    }
    var command = new ArrayList<>(List.of(found.toString()));
    probe.forEach(word -> command.add(word.replace("{folder}", folder.toString())));
    return command;
  }

  /// The command line that fetches it.
  List<String> command(Path found, Path folder, URI url) {
    return words.stream()
        .map(word ->
            word.replace("{program}", found.toString())
                .replace("{folder}", folder.toString())
                .replace("{url}", url.toString())
                .replace("{server}", url.getAuthority()))
        .toList();
  }

  String input(URI url) {
    return stdin.replace("{path}", url.getPath());
  }
}
