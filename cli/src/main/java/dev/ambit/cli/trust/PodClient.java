package dev.ambit.cli.trust;

import dev.ambit.cli.cluster.Inside;
import dev.ambit.cli.print.Item;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/// An ordinary client as it may lie in an image: how it is asked for a URL with its defaults, and
/// how it says that it got an HTTP answer, whichever: then it trusted who answered. In the words
/// `{url}` is that URL.
///
/// @param answered found in what it prints, behind its exit code
record PodClient(String name, List<String> words, Pattern answered) {
  /// Both kinds of wget: GNU's ends with 8 after an answer that is an error, BusyBox's tells it.
  private static final String WGET = "\\A(0|8)\\n|server returned error: HTTP/";

  private static final String GIT =
      "returned error: [1-5][0-9][0-9]|could not read Username|not valid: is this|\\A0\\n"
          + "|repository .* not found";

  private static final String PYTHON =
      """
      import sys, urllib.request, urllib.error
      try:
          status = urllib.request.urlopen(sys.argv[1], timeout=20).status
      except urllib.error.HTTPError as answer:
          status = answer.code
      print('answered', status)
      """;

  private static final String NODE =
      "require('https').get(process.argv[1], r => { console.log('answered', r.statusCode); process.exit(0) })"
          + ".on('error', e => { console.error(e.message); process.exit(1) })";

  private static final String JAVA =
      """
      var call = (java.net.HttpURLConnection) java.net.URI.create("{url}").toURL().openConnection();
      System.out.println("answered " + call.getResponseCode());
      """;

  static final List<PodClient> ALL =
      List.of(
          of(
              "curl",
              "\\A0\\n[1-5][0-9][0-9]",
              "curl",
              "-sS",
              "-m",
              "20",
              "-o",
              "/dev/null",
              "-w",
              "%{http_code}",
              "{url}"),
          of("wget", WGET, "wget", "-T", "20", "-O", "/dev/null", "{url}"),
          of("git", GIT, "git", "ls-remote", "{url}"),
          of("Python urllib", "answered [1-5][0-9][0-9]", "python3", "-c", PYTHON, "{url}"),
          of("Node", "answered [1-5][0-9][0-9]", "node", "-e", NODE, "{url}"),
          // Read from a pipe, in the machine that has the options of its environment.
          of(
              "Java",
              "answered [1-5][0-9][0-9]",
              "sh",
              "-c",
              "command -v jshell >/dev/null || exit 127; printf '%s' \"$1\" | jshell -s --execution local -",
              "sh",
              JAVA));

  private static PodClient of(String name, String answered, String... words) {
    return new PodClient(name, List.of(words), Pattern.compile(answered));
  }

  /// Makes the call.
  Item call(Inside inside, String url) {
    var ran = inside.run(words.stream().map(word -> word.replace("{url}", url)).toList());
    if (!ran.started()) {
      return Item.note(
          name,
          words.getFirst().equals("sh")
              ? "not tried: the image has no jshell, or no shell to start it"
              : "not in the image",
          "");
    }
    var said = ran.out().toString(StandardCharsets.UTF_8) + "\n" + ran.err();
    if (answered.matcher(ran.exit() + "\n" + said).find()) {
      return Item.good(name, "got an answer: it trusts the proxy");
    }
    var last = said.strip().lines().reduce((_, line) -> line).orElse("nothing was said");
    return Item.wrong(
        name,
        "got no answer: " + last,
        "a word of certificates means that it does not trust the proxy: see docs/clients-in-a-pod.md");
  }
}
