package dev.ambit.cli.cluster;

import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One container of a running pod, into which the API server lets programs be run.
record Container(KubernetesClient client, String namespace, String pod, String name)
    implements Inside {
  private static final int SECONDS_MAX = 30;

  /// A bundle of all public authorities has a quarter of a million bytes.
  private static final int OUTPUT_MAX = 8 << 20;

  @Override
  public Ran run(List<String> words) {
    var out = new Bounded();
    var err = new Bounded();
    try (var watch =
        client
            .pods()
            .inNamespace(namespace)
            .withName(pod)
            .inContainer(name)
            .writingOutput(out)
            .writingError(err)
            .exec(words.toArray(String[]::new))) {
      var exit = watch.exitCode().get(SECONDS_MAX, TimeUnit.SECONDS);
      return new Ran(exit == null ? NO_PROGRAM.getFirst() : exit, out.bytes(), err.text());
    } catch (TimeoutException _) {
      return new Ran(1, out.bytes(), "no end within " + SECONDS_MAX + " s");
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof KubernetesClientException refused) {
        throw refused;
      }
      return new Ran(NO_PROGRAM.getFirst(), out.bytes(), String.valueOf(failed.getMessage()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KubernetesClientException("interrupted", interrupted);
    }
  }

  /// Keeps so many bytes, and takes the rest for nothing.
  private static final class Bounded extends OutputStream {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int one) {
      if (kept.size() < OUTPUT_MAX) {
        kept.write(one);
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) {
      kept.write(bytes, from, Math.min(count, OUTPUT_MAX - kept.size()));
    }

    synchronized ByteString bytes() {
      return ByteString.copyFrom(kept.toByteArray());
    }

    String text() {
      return bytes().toString(StandardCharsets.UTF_8);
    }
  }
}
