package dev.ambit.control.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Events on pods and Jobs, as `kubectl describe` shows them. What was said of an object once is
/// not said again. An Event that cannot be written is logged, and nothing waits for it.
public final class PodEvents {
  private static final Logger LOG = LoggerFactory.getLogger(PodEvents.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);
  private static final int NOTE_MAX = 1_024;

  private final KubernetesClient client;
  private final String instance;
  private final InstantSource clock;

  /// @param instance name of this control plane, as Events give it
  public PodEvents(KubernetesClient client, String instance, InstantSource clock) {
    this.client = client;
    this.instance = instance;
    this.clock = clock;
  }

  /// Something went as it should.
  void say(HasMetadata about, String reason, String note) {
    write(about, "Normal", reason, note);
  }

  /// Somebody must do something.
  void warn(HasMetadata about, String reason, String note) {
    write(about, "Warning", reason, note);
  }

  private void write(HasMetadata about, String type, String reason, String note) {
    var metadata = about.getMetadata();
    var text = note.length() <= NOTE_MAX ? note : note.substring(0, NOTE_MAX);
    var hash =
        UUID.nameUUIDFromBytes((metadata.getUid() + reason + text).getBytes(UTF_8)).toString();
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withNamespace(metadata.getNamespace())
            .withName("ambit-" + hash)
            .endMetadata()
            .withNewEventTime(MICROS.format(clock.instant().atOffset(ZoneOffset.UTC)))
            .withReportingController("ambit.dev/control-plane")
            .withReportingInstance(instance)
            .withType(type)
            .withReason(reason)
            .withAction("Session")
            .withNote(text)
            .withRegarding(
                new ObjectReferenceBuilder()
                    .withApiVersion(about.getApiVersion())
                    .withKind(about.getKind())
                    .withNamespace(metadata.getNamespace())
                    .withName(metadata.getName())
                    .withUid(metadata.getUid())
                    .build())
            .build();
    try {
      var _ = client.resource(event).create();
    } catch (KubernetesClientException failure) {
      if (failure.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        LOG.warn(
            "kubernetes: no event {} on {}/{}: {}",
            reason,
            metadata.getNamespace(),
            metadata.getName(),
            failure.getMessage());
      }
    }
  }
}
