package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.Material;
import dev.ambit.resources.ProviderSpec.Client;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// The one way to issuers: POST of a form over HTTPS, with the proof of who asks, no redirects,
/// answers of at most 64 KiB, everything within a deadline. Thread-safe; blocks.
public final class IssuerHttp implements AutoCloseable {
  private static final int ROOTS_BYTES_MAX = 1_024 * 1_024;
  private static final String FORM = "application/x-www-form-urlencoded";

  private final ClientProof proof;
  private final Duration connectMax;
  private final Duration requestMax;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Optional<Path>, Trust> trusts = new HashMap<>();

  /// @param connectMax for connecting and the TLS handshake
  /// @param requestMax for a whole request, until the last byte of the answer
  public IssuerHttp(ClientProof proof, Duration connectMax, Duration requestMax) {
    this.proof = proof;
    this.connectMax = connectMax;
    this.requestMax = requestMax;
  }

  /// Sends on a connection of its own: an idle one that its server closes at the wrong moment would
  /// leave a token that nobody knows of.
  Reply postAlone(Endpoint endpoint, Client as, Form form) {
    return guarded(
        endpoint,
        trust -> {
          try (var client = client(trust.context())) {
            var reply = exchange(client, endpoint, as, form);
            client.shutdownNow();
            return reply;
          }
        });
  }

  /// Sends what may be sent again.
  Reply post(Endpoint endpoint, Client as, Form form) {
    return guarded(endpoint, trust -> exchange(trust.client(), endpoint, as, form));
  }

  @Override
  public synchronized void close() {
    trusts.values().forEach(trust -> trust.client().shutdownNow());
    trusts.clear();
    threads.shutdownNow();
  }

  private Reply guarded(Endpoint endpoint, Exchange exchange) {
    if (!"https".equals(endpoint.uri().getScheme())) {
      return new Reply.Impossible("endpoint: not https (expected: https)");
    }
    try {
      return exchange.run(trust(endpoint.roots()));
    } catch (GeneralSecurityException | IOException _) {
      return new Reply.Impossible("roots: file unreadable (expected: PEM certificates)");
    } catch (ClientProof.Impossible impossible) {
      return new Reply.Impossible(impossible.why());
    }
  }

  private Reply exchange(HttpClient client, Endpoint endpoint, Client as, Form form)
      throws ClientProof.Impossible {
    var authorization = proof.prove(as, form);
    var body = form.toBytes();
    try {
      var request =
          HttpRequest.newBuilder(endpoint.uri())
              .header("Content-Type", FORM)
              .header("Accept", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(body));
      authorization.ifPresent(value -> request.header("Authorization", value));
      return send(client, request.build());
    } finally {
      Arrays.fill(body, (byte) 0);
    }
  }

  private Reply send(HttpClient client, HttpRequest request) {
    // The client's own time-out ends with the head of the answer; this one covers its body.
    var exchange = client.sendAsync(request, _ -> new BoundedBody());
    try {
      HttpResponse<Material> response = exchange.get(requestMax.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply.Answered(response.statusCode(), response.body());
    } catch (TimeoutException _) {
      exchange.cancel(true);
      return new Reply.Broken("issuer: no answer within " + requestMax);
    } catch (InterruptedException _) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      return new Reply.Broken("issuer: interrupted while waiting");
    } catch (ExecutionException failure) {
      return failed(failure.getCause());
    }
  }

  /// Messages of the network are not repeated: they hold what a peer chose.
  private static Reply failed(@Nullable Throwable cause) {
    return switch (cause) {
      case HttpConnectTimeoutException _ -> new Reply.NotSent("issuer: connecting takes too long");
      case ConnectException _ -> new Reply.NotSent("issuer: cannot connect");
      case SSLHandshakeException _ -> new Reply.NotSent("issuer: TLS handshake failed");
      case HttpTimeoutException _ -> new Reply.Broken("issuer: takes too long");
      case null, default -> new Reply.Broken("issuer: connection failed");
    };
  }

  /// The trust that the roots file stands for now: it may be replaced while we run.
  private synchronized Trust trust(Optional<Path> roots)
      throws GeneralSecurityException, IOException {
    var pem = roots.isPresent() ? pem(roots.get()) : new byte[0];
    var known = trusts.get(roots);
    if (known != null && Arrays.equals(known.pem(), pem)) {
      return known;
    }
    var context = context(roots, pem);
    var trust = new Trust(pem, context, client(context));
    trusts.put(roots, trust);
    if (known != null) {
      known.client().shutdown(); // what is under way finishes
    }
    return trust;
  }

  /// What vouches for an issuer now.
  static SSLContext context(Optional<Path> roots) throws GeneralSecurityException, IOException {
    return context(roots, roots.isPresent() ? pem(roots.get()) : new byte[0]);
  }

  private static SSLContext context(Optional<Path> roots, byte[] pem)
      throws GeneralSecurityException, IOException {
    var context = SSLContext.getInstance("TLS");
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(roots.isPresent() ? keyStore(pem) : null);
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static byte[] pem(Path file) throws IOException {
    if (Files.size(file) > ROOTS_BYTES_MAX) {
      throw new IOException("roots: too long (expected: at most " + ROOTS_BYTES_MAX + " bytes)");
    }
    return Files.readAllBytes(file);
  }

  private static KeyStore keyStore(byte[] pem) throws GeneralSecurityException, IOException {
    var certificates =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("roots: no certificate (expected: at least one)");
    }
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var n = 0;
    for (var certificate : certificates) {
      store.setCertificateEntry("root-" + n++, certificate);
    }
    return store;
  }

  private HttpClient client(SSLContext context) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .proxy(HttpClient.Builder.NO_PROXY)
        .connectTimeout(connectMax)
        .sslContext(context)
        .executor(threads)
        .build();
  }

  /// Where to, and who may vouch for it.
  record Endpoint(URI uri, Optional<Path> roots) {}

  /// What follows from one state of a roots file.
  private static final class Trust {
    private final byte[] pem;
    private final SSLContext context;
    private final HttpClient client;

    Trust(byte[] pem, SSLContext context, HttpClient client) {
      this.pem = pem;
      this.context = context;
      this.client = client;
    }

    byte[] pem() {
      return pem;
    }

    SSLContext context() {
      return context;
    }

    HttpClient client() {
      return client;
    }
  }

  /// One request under one trust.
  private interface Exchange {
    Reply run(Trust trust) throws ClientProof.Impossible;
  }
}
