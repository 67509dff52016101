package dev.ambit.cli.trust;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An ordinary client: how it is asked to fetch a URL with its defaults. In the words `{url}` is
/// what to fetch, `{server}` the host and port of that, `{java}` the file of [#JAVA_SOURCE].
///
/// @param program looked up on PATH
/// @param probe further words with which it ends with 0 when the client is there; may be none
/// @param stdin what it reads, with `{path}` for that of the URL
record Client(String name, String program, List<String> probe, List<String> words, String stdin) {
  /// Run from its source, as any Java from 11 on can.
  static final String JAVA_SOURCE =
      """
      public class Fetch {
        public static void main(String[] words) throws Exception {
          java.net.URI.create(words[0]).toURL().openStream().readAllBytes();
        }
      }
      """;

  static final List<Client> ALL =
      List.of(
          of("curl", "curl", "-sS", "-o", "/dev/null", "{url}"),
          of("wget", "wget", "-q", "-t", "1", "-O", "/dev/null", "{url}"),
          new Client(
              "openssl",
              "openssl",
              List.of(),
              List.of("s_client", "-quiet", "-verify_return_error", "-connect", "{server}"),
              "GET {path} HTTP/1.0\r\n\r\n"),
          of("git", "git", "ls-remote", "{url}"),
          of(
              "Python urllib",
              "python3",
              "-c",
              "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()",
              "{url}"),
          new Client(
              "Python requests",
              "python3",
              List.of("-c", "import requests"),
              List.of("-c", "import sys, requests; requests.get(sys.argv[1])", "{url}"),
              ""),
          of(
              "Node",
              "node",
              "-e",
              "require('https').get(process.argv[1], r => r.resume()).on('error', () => process.exit(1))",
              "{url}"),
          new Client(
              "Java",
              "java",
              List.of("--add-modules", "jdk.compiler", "-version"),
              List.of("{java}", "{url}"),
              ""),
          of("Ruby", "ruby", "-rnet/http", "-e", "Net::HTTP.get(URI(ARGV[0]))", "{url}"),
          of("PHP", "php", "-r", "file_get_contents($argv[1]);", "{url}"),
          new Client(
              "Perl LWP",
              "perl",
              List.of("-MLWP::UserAgent", "-MLWP::Protocol::https", "-e", "1"),
              List.of("-MLWP::UserAgent", "-e", "LWP::UserAgent->new->get($ARGV[0])", "{url}"),
              ""));

  private static Client of(String name, String program, String... words) {
    return new Client(name, program, List.of(), List.of(words), "");
  }

  /// The command line that fetches it.
  List<String> command(Path found, URI url, Path javaSource) {
    var command = new ArrayList<String>();
    command.add(found.toString());
    for (var word : words) {
      command.add(
          word.replace("{url}", url.toString())
              .replace("{server}", url.getAuthority())
              .replace("{java}", javaSource.toString()));
    }
    return command;
  }

  String input(URI url) {
    return stdin.replace("{path}", url.getPath());
  }
}
