package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.e2e.clients.Reply;
import java.io.IOException;
import java.util.List;

/// What a program sees of a denial, in the words of the page of the clients.
final class Seen {
  /// What makes the call.
  interface Call {
    Reply make() throws IOException, InterruptedException;
  }

  /// How clients say it; the names that Java's errors have come before what is said in them.
  private static final List<String> NO_SUCH_NAME =
      List.of(
          "Could not resolve host",
          "unable to resolve host address",
          "UnknownHostException",
          "UnresolvedAddressException",
          "Name or service not known",
          "ENOTFOUND",
          "no such host");

  private Seen() {}

  /// @param title of the denial, which is its reason phrase, too
  static String of(Call call, String reason, String title) throws InterruptedException {
    try {
      problem(call.make(), reason);
      return "403 and the problem";
    } catch (IOException error) {
      return words(error, title);
    }
  }

  /// What it says of a name that does not exist.
  static String unknownName(Call call) throws InterruptedException {
    try {
      return "answered: " + call.make();
    } catch (IOException error) {
      return noSuchName(error);
    }
  }

  static String noSuchName(Throwable error) {
    var said = String.valueOf(error.getMessage());
    return NO_SUCH_NAME.stream()
        .filter(said::contains)
        .findFirst()
        .map(words -> "error: " + words)
        .orElse("error: " + said);
  }

  static String words(Throwable error, String title) {
    return words(String.valueOf(error.getMessage()), title);
  }

  private static String words(String error, String title) {
    if (error.contains("403 " + title)) {
      return "error: 403 " + title;
    }
    if (error.contains(title)) {
      return error.contains("403") ? "error: 403, " + title : "error: " + title;
    }
    return error.contains("403") ? "error: 403" : "error: " + error;
  }

  /// The status, the kind and the members of a denial's answer are all there.
  static void problem(Reply reply, String reason) {
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(reply.problem("reason")).isEqualTo(reason);
    assertThat(reply.problem("type")).isEqualTo("urn:ambit:denial:" + reason);
    assertThat(reply.problem("retryable")).isEqualTo("false");
  }
}
