package dev.ambit.control.kubernetes;

import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.lifecycle.OpenOrder;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.PodSessionTable;
import dev.ambit.control.store.PodSessionTable.Whose;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sessions of pods: one for each pod that is annotated, or whose Job is, opened before its proxy
/// gets its first snapshot and closed when the pod ends; the receipt is told to pod and Job. Any
/// thread may open; [#tick] is called by one.
public final class PodSessions {
  static final String TEMPLATE = "ambit.dev/session-template";
  static final String PARAMETERS = "ambit.dev/session-parameters";
  static final String RECEIPT = "ambit.dev/receipt";

  private static final Logger LOG = LoggerFactory.getLogger(PodSessions.class);

  private final KubernetesClient client;
  private final Pods pods;
  private final Sessions sessions;
  private final PodSessionTable table;
  private final PodEvents events;

  public PodSessions(
      KubernetesClient client,
      Pods pods,
      Sessions sessions,
      PodSessionTable table,
      PodEvents events) {
    this.client = client;
    this.pods = pods;
    this.sessions = sessions;
    this.table = table;
    this.events = events;
  }

  /// Opens the session that a pod or its Job asks for, unless it was opened before. Says why it
  /// cannot be; then an Event on the pod says so too. Throws [KubernetesClientException] when the
  /// API server does not answer.
  Optional<String> open(Pod pod, String workload) {
    var job = job(pod);
    var asking =
        asks(pod) ? Optional.<HasMetadata>of(pod) : job.flatMap(name -> askingJob(pod, name));
    if (asking.isEmpty()) {
      return Optional.empty();
    }
    var annotations = asking.get().getMetadata().getAnnotations();
    var refused =
        switch (parameters(annotations.getOrDefault(PARAMETERS, ""))) {
          case Parameters.Wrong(var why) -> Optional.of(PARAMETERS + ": " + why);
          case Parameters.Read(var read) ->
              open(
                  order(pod, workload, job, annotations.getOrDefault(TEMPLATE, ""), read),
                  pod,
                  job);
        };
    refused.ifPresent(why -> events.warn(pod, "SessionRefused", why));
    return refused;
  }

  private Optional<String> open(OpenOrder order, Pod pod, Optional<String> job) {
    var caller = new Caller.Namespace(pod.getMetadata().getNamespace());
    return switch (sessions.open(caller, order)) {
      case Answer.Refused<Sessions.Opened>(var refusal) ->
          Optional.of(TEMPLATE + ": " + refusal.message());
      case Answer.Given<Sessions.Opened>(var opened) -> {
        table.remember(opened.session().id(), whose(pod, job));
        events.say(pod, "SessionOpened", "session " + opened.session().id().value());
        yield Optional.empty();
      }
    };
  }

  private static OpenOrder order(
      Pod pod,
      String workload,
      Optional<String> job,
      String template,
      Map<String, String> parameters) {
    var metadata = pod.getMetadata();
    var id = metadata.getNamespace() + "/" + job.orElse(metadata.getName());
    var purpose = job.isPresent() ? "Job " + id : "Pod " + id;
    return new OpenOrder(
        template,
        parameters,
        workload,
        metadata.getUid(),
        new StoredSession.Task(id, purpose, ""),
        "",
        Map.of(),
        Optional.empty(),
        "pod:" + metadata.getUid());
  }

  /// Ends sessions whose pod has ended, and tells of receipts. Blocks.
  public void tick() {
    for (var live : table.live()) {
      live.whose().or(() -> found(live)).ifPresent(whose -> look(live, whose));
    }
    for (var untold : table.untold()) {
      if (tell(untold)) {
        table.told(untold.session());
      }
    }
  }

  /// Whose session it is that a person has opened for a pod.
  private Optional<Whose> found(PodSessionTable.Live live) {
    var whose = pods.byUid(live.uid()).map(pod -> whose(pod, job(pod)));
    whose.ifPresent(known -> table.remember(live.session(), known));
    return whose;
  }

  private void look(PodSessionTable.Live live, Whose whose) {
    var name = whose.namespace() + "/" + whose.name();
    switch (pods.life(whose.uid(), whose.namespace(), whose.name())) {
      case LIVES, UNKNOWN -> {}
      case SUCCEEDED ->
          sessions.end(live.session(), EndReason.COMPLETED, "pod " + name + " has succeeded");
      case FAILED ->
          sessions.end(live.session(), EndReason.WORKLOAD_GONE, "pod " + name + " has failed");
      case GONE ->
          sessions.end(live.session(), EndReason.WORKLOAD_GONE, "pod " + name + " is deleted");
    }
  }

  /// False when the API server does not answer.
  private boolean tell(PodSessionTable.Untold untold) {
    var whose = untold.whose();
    var id = untold.session().value();
    try {
      var pod =
          pods.ask(whose.namespace(), whose.name())
              .filter(known -> known.getMetadata().getUid().equals(whose.uid()));
      pod.ifPresent(known -> note(known, id));
      var job = whose.job().isEmpty() ? Optional.<HasMetadata>empty() : findJob(whose);
      job.ifPresent(known -> note(known, id));
      var text =
          "session "
              + id
              + " closed ("
              + untold.reason().name().toLowerCase(Locale.ROOT)
              + "); its receipt: ambit receipt show "
              + id;
      job.or(() -> pod).ifPresent(owner -> events.say(owner, "SessionClosed", text));
      return true;
    } catch (KubernetesClientException failure) {
      LOG.warn("kubernetes: the receipt of {} is not told yet: {}", id, failure.getMessage());
      return false;
    }
  }

  private void note(HasMetadata owner, String receipt) {
    var _ =
        client
            .resource(owner)
            .edit(known -> {
              var annotations = new HashMap<String, String>();
              if (known.getMetadata().getAnnotations() != null) {
                annotations.putAll(known.getMetadata().getAnnotations());
              }
              annotations.put(RECEIPT, receipt);
              known.getMetadata().setAnnotations(annotations);
              return known;
            });
  }

  private Optional<HasMetadata> findJob(Whose whose) {
    return Optional.ofNullable(
        client.batch().v1().jobs().inNamespace(whose.namespace()).withName(whose.job()).get());
  }

  private Optional<HasMetadata> askingJob(Pod pod, String name) {
    return Optional.<HasMetadata>ofNullable(
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get())
        .filter(PodSessions::asks);
  }

  private static boolean asks(HasMetadata owner) {
    var annotations = owner.getMetadata().getAnnotations();
    return annotations != null && annotations.containsKey(TEMPLATE);
  }

  private static Whose whose(Pod pod, Optional<String> job) {
    var metadata = pod.getMetadata();
    return new Whose(
        metadata.getUid(), metadata.getNamespace(), metadata.getName(), job.orElse(""));
  }

  private static Optional<String> job(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .filter(owner -> owner.getKind().equals("Job") && owner.getApiVersion().equals("batch/v1"))
        .map(OwnerReference::getName)
        .findFirst();
  }

  /// Reads `name=value,name=value`.
  private static Parameters parameters(String text) {
    var read = new HashMap<String, String>();
    if (text.isBlank()) {
      return new Parameters.Read(read);
    }
    for (var pair : text.split(",", -1)) {
      var at = pair.indexOf('=');
      if (at < 1) {
        return new Parameters.Wrong(pair + " (expected: name=value, by comma)");
      }
      if (read.put(pair.substring(0, at).strip(), pair.substring(at + 1).strip()) != null) {
        return new Parameters.Wrong(pair + " (expected: each name once)");
      }
    }
    return new Parameters.Read(read);
  }

  private sealed interface Parameters {
    record Read(Map<String, String> values) implements Parameters {}

    record Wrong(String why) implements Parameters {}
  }
}
