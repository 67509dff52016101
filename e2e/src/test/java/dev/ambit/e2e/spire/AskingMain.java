package dev.ambit.e2e.spire;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// An agent that lives long: asks for one URL again and again with one client, which reads whom to
/// trust once, and prints the status of each answer, or what went wrong. Words: URL.
final class AskingMain {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int PAUSE_MILLIS = 100;

  private AskingMain() {}

  public static void main(String[] words) {
    var client = HttpClient.newHttpClient();
    var request = HttpRequest.newBuilder(URI.create(words[0])).timeout(PATIENCE).build();
    var _ =
        Executors.newSingleThreadScheduledExecutor()
            .scheduleWithFixedDelay(
                () -> System.out.println(ask(client, request)),
                0,
                PAUSE_MILLIS,
                TimeUnit.MILLISECONDS);
  }

  private static String ask(HttpClient client, HttpRequest request) {
    try {
      return Integer.toString(client.send(request, BodyHandlers.discarding()).statusCode());
    } catch (IOException failed) {
      return failed.toString();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
