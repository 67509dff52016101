package dev.ambit.cli.session;

import com.google.protobuf.util.Durations;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.Task;
import dev.ambit.proto.v1.Workload;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What is asked for when a session is opened, by hand or around a command.
public final class OrderOptions {
  @Option(
      names = {"-t", "--template"},
      required = true,
      paramLabel = "NAME",
      description = "Template to open the session from.")
  public String template = "";

  @Option(
      names = {"-p", "--param"},
      paramLabel = "KEY=VALUE",
      description = "A parameter of the template; repeat it for each.")
  public Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--context",
      paramLabel = "KEY=VALUE",
      description = "What is true around the job, for conditions; repeat it for each.")
  public Map<String, String> context = new LinkedHashMap<>();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "Shortens the template's ttl, for example 90s or 10m.")
  public @Nullable Duration ttl;

  @Option(names = "--task-id", paramLabel = "ID", description = "Your own name of the job.")
  public String taskId = "";

  @Option(
      names = "--purpose",
      paramLabel = "TEXT",
      description = "What the job is for, one sentence.")
  public String purpose = "";

  @Option(names = "--link", paramLabel = "URL", description = "Where to read more about the job.")
  public String link = "";

  @Option(
      names = "--on-behalf-of",
      paramLabel = "WHO",
      description = "The person or system the job runs for. Recorded, never interpreted.")
  public String onBehalfOf = "";

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "Makes a retry safe: the same key returns the same session.")
  public String idempotencyKey = "";

  /// The request for one workload.
  public OpenSessionRequest request(String workload, String podUid) {
    var request =
        OpenSessionRequest.newBuilder()
            .setTemplate(template)
            .putAllParameters(parameters)
            .setWorkload(Workload.newBuilder().setSpiffeId(workload).setPodUid(podUid))
            .setOnBehalfOf(onBehalfOf)
            .putAllContext(context)
            .setIdempotencyKey(idempotencyKey);
    if (!(taskId + purpose + link).isEmpty()) {
      request.setTask(Task.newBuilder().setId(taskId).setPurpose(purpose).setLink(link));
    }
    if (ttl != null) {
      request.setTtl(Durations.fromNanos(ttl.toNanos()));
    }
    return request.build();
  }
}
