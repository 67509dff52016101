package dev.ambit.control.credential.oauth;

import dev.ambit.resources.ProviderSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/// Tells whether issuers can be reached and vouched for: one TLS handshake with each of their
/// hosts, and nothing sent over it. What was found is kept for a while, so that asking often costs
/// an issuer nothing. Thread-safe; blocks.
public final class Reach implements AutoCloseable {
  /// How long what was found is told again.
  static final Duration KEPT = Duration.ofSeconds(10);

  private static final int HTTPS_PORT = 443;

  private final Duration patience;
  private final LongSupplier nanos;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private List<Found> kept = List.of();
  private List<ProviderSpec> keptFor = List.of();
  private long lookedAt;

  /// @param patience for one host, name look-up and handshake together; all are asked at once
  public Reach(Duration patience, LongSupplier nanos) {
    this.patience = patience;
    this.nanos = nanos;
  }

  /// Every host of every provider, in the order of the providers.
  public synchronized List<Found> look(Collection<ProviderSpec> specs) {
    var wanted = List.copyOf(specs);
    var now = nanos.getAsLong();
    if (!wanted.equals(keptFor) || now - lookedAt >= KEPT.toNanos()) {
      kept = lookAnew(wanted);
      keptFor = wanted;
      lookedAt = now;
    }
    return kept;
  }

  @Override
  public void close() {
    var _ = threads.shutdownNow();
  }

  private List<Found> lookAnew(List<ProviderSpec> specs) {
    var places = new ArrayList<Place>();
    for (var spec : specs) {
      switch (spec) {
        case ProviderSpec.OAuthClientCredentials oauth -> {
          var hosts = new LinkedHashSet<Place>();
          for (var uri :
              List.of(
                  oauth.tokenEndpoint(),
                  oauth.revocationEndpoint(),
                  oauth.introspectionEndpoint())) {
            hosts.add(place(oauth.name(), uri, oauth.roots()));
          }
          places.addAll(hosts);
        }
        // Its key lies in a file: nobody is asked.
        case ProviderSpec.StandingKey _ -> {}
      }
    }
    var asked = places.stream().map(place -> threads.submit(() -> problem(place))).toList();
    var found = new ArrayList<Found>();
    for (var i = 0; i < places.size(); i++) {
      var place = places.get(i);
      found.add(
          new Found(place.provider(), place.host() + ":" + place.port(), await(asked.get(i))));
    }
    return List.copyOf(found);
  }

  private static Place place(String provider, URI uri, Optional<Path> roots) {
    return new Place(
        provider, uri.getHost(), uri.getPort() < 0 ? HTTPS_PORT : uri.getPort(), roots);
  }

  private String await(Future<String> asked) {
    try {
      return asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      asked.cancel(true);
      return "no answer within " + patience.toSeconds() + "s";
    } catch (ExecutionException _) {
      return "cannot connect";
    } catch (InterruptedException _) {
      asked.cancel(true);
      Thread.currentThread().interrupt();
      return "interrupted while waiting";
    }
  }

  /// Empty when the handshake is done. Messages of the network are not repeated: they hold what a
  /// peer chose.
  private String problem(Place place) {
    try (var plain = new Socket()) {
      var context = IssuerHttp.context(place.roots());
      plain.connect(
          new InetSocketAddress(place.host(), place.port()), Math.toIntExact(patience.toMillis()));
      plain.setSoTimeout(Math.toIntExact(patience.toMillis()));
      try (var tls =
          (SSLSocket)
              context.getSocketFactory().createSocket(plain, place.host(), place.port(), true)) {
        var parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return "";
      }
    } catch (GeneralSecurityException _) {
      return "roots: file unreadable (expected: PEM certificates)";
    } catch (SSLException _) {
      return "TLS handshake failed: its certificate is not vouched for by the roots, or of another host";
    } catch (SocketTimeoutException _) {
      return "no answer within " + patience.toSeconds() + "s";
    } catch (IOException _) {
      return "cannot connect";
    }
  }

  /// One host of one provider.
  ///
  /// @param problem empty when it can be reached
  public record Found(String provider, String host, String problem) {}

  private record Place(String provider, String host, int port, Optional<Path> roots) {}
}
