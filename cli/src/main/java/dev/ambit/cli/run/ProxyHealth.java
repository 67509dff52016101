package dev.ambit.cli.run;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Asks a proxy on this machine what it has put in force, on its metrics port.
public final class ProxyHealth {
  private static final Pattern VERSION =
      Pattern.compile("(?m)^ambit_image_version(?:\\{[^}]*})? ([0-9.Ee+]+)$");
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int POLL_MILLIS = 10;

  private ProxyHealth() {}

  /// Waits until every change up to `version` is in force; false when that takes longer. Blocks.
  public static boolean enforces(InetSocketAddress metrics, long version, Duration patience) {
    var end = System.nanoTime() + patience.toNanos();
    try (var http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(PATIENCE)
            .build()) {
      while (imageVersion(http, metrics) < version) {
        if (System.nanoTime() > end) {
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static long imageVersion(HttpClient http, InetSocketAddress metrics)
      throws InterruptedException {
    var uri =
        URI.create("http://" + metrics.getHostString() + ":" + metrics.getPort() + "/metrics");
    try {
      var answer =
          http.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString());
      var found = VERSION.matcher(answer.body());
      return found.find() ? (long) Double.parseDouble(found.group(1)) : -1;
    } catch (IOException _) {
      return -1;
    }
  }
}
