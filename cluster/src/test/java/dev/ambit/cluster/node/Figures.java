package dev.ambit.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a pod pays on a node: `./ambit bench node`, which writes them down. No test, for no figure
/// of a machine that does other things, too, is right or wrong; what is asserted is that it was
/// measured.
@ExtendWith(OneSite.class)
class Figures {
  private static final String PAGE = "docs/kubernetes-figures.md";
  private static final String PLAIN = "plain";
  private static final int PODS = 10;
  private static final int WARM = 300;
  private static final int QUESTIONS = 1_000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double KIB_PER_MIB = 1_024;
  private static final Pattern BUCKET =
      Pattern.compile(
          "(?m)^apiserver_admission_webhook_admission_duration_seconds_bucket\\{name=\"injection\\.ambit\\.dev\",operation=\"CREATE\",rejected=\"false\",type=\"admit\",le=\"([^\"]+)\"} ([0-9]+)$");

  private final Site site;
  private final StringBuilder page = new StringBuilder();

  Figures(Site site) {
    this.site = site;
  }

  @Test
  void ofANode() throws IOException {
    var _ = site.node().kubectl("create", "namespace", PLAIN).done();
    var _ = site.node().kubectl("create", "serviceaccount", "reporter", "-n", PLAIN).done();
    page.append(
        """
        # What a pod pays on Kubernetes

        Written by `./ambit bench node`: a real node (Kubernetes, containerd, SPIRE) on PROCESSORS processors that also run the API
        server, etcd and what is outside. Starts and creations with and without a proxy take turns. A start is from the pod's
        creation until all of it is ready, with images that are there; of its STARTS the median counts. The redirect runs first,
        then the proxy gets its SVID, makes its authority and attaches, then the agent starts.

        | figure | median | least | most |
        |---|--:|--:|--:|
        """
            .replace("PROCESSORS", Integer.toString(Runtime.getRuntime().availableProcessors()))
            .replace("STARTS", Integer.toString(PODS)));
    starts();
    creations();
    var file = Tree.root().resolve(PAGE);
    Files.writeString(file, page.toString());
    assertThat(file).content().contains("| RSS of a proxy", " within 0.025 s");
  }

  /// In turns, so that what else the machine does meets both alike.
  private void starts() {
    var plain = new ArrayList<Double>();
    var injected = new ArrayList<Double>();
    var resident = new ArrayList<Double>();
    start(PLAIN);
    for (var n = 0; n < PODS; n++) {
      plain.add(start(PLAIN));
      injected.add(start(Site.AGENTS, resident));
    }
    row("start of a pod without a proxy, s", plain);
    row("start of a pod with its proxy, s", injected);
    row("RSS of a proxy whose pod is ready, MiB", resident);
  }

  private double start(String namespace) {
    return start(namespace, new ArrayList<>());
  }

  /// From its creation until all of it is ready, in seconds.
  private double start(String namespace, List<Double> resident) {
    var pod = pod(namespace);
    var began = System.nanoTime();
    var _ = pod.create();
    var _ =
        pod.waitUntilCondition(
            now -> now != null && Readiness.isPodReady(now),
            Site.PATIENCE.toSeconds(),
            TimeUnit.SECONDS);
    var took = (System.nanoTime() - began) / NANOS_PER_SECOND;
    resident.addAll(resident());
    var _ = pod.withGracePeriod(0).delete();
    var _ = pod.waitUntilCondition(now -> now == null, Site.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return took;
  }

  /// Of the processes that are a proxy's.
  private List<Double> resident() {
    return site.node()
        .inside(
            "sh",
            "-c",
            "for p in $(pgrep -u 2112); do awk '/^VmRSS/ { print $2 }' /proc/$p/status; done")
        .out()
        .lines()
        .map(line -> Double.parseDouble(line) / KIB_PER_MIB)
        .toList();
  }

  /// As dry runs: all of admission, and nothing to clean up.
  private void creations() {
    var plain = new ArrayList<Double>();
    var injected = new ArrayList<Double>();
    for (var n = 0; n < WARM; n++) {
      create(PLAIN);
      create(Site.AGENTS);
    }
    var before = counted();
    for (var n = 0; n < QUESTIONS; n++) {
      plain.add(create(PLAIN));
      injected.add(create(Site.AGENTS));
    }
    var after = counted();
    row("creation of a pod that nobody is asked about, ms", plain);
    row("creation of a pod that is injected and validated, ms", injected);
    page.append("\nOf the latter 99 in 100 took at most ")
        .append(number(at(injected, 0.99)))
        .append(" ms (of the former ")
        .append(number(at(plain, 0.99)))
        .append(" ms). Answers of the webhook as the API server counts them: ");
    var words = new ArrayList<String>();
    for (var n = 0; n < after.size(); n++) {
      words.add(
          after.get(n).count()
              - (before.isEmpty() ? 0 : before.get(n).count())
              + " within "
              + after.get(n).bound()
              + " s");
    }
    page.append(String.join(", ", words)).append(".\n");
  }

  private double create(String namespace) {
    var pod = pod(namespace);
    var began = System.nanoTime();
    var _ = pod.dryRun().create();
    return (System.nanoTime() - began) / NANOS_PER_MILLI;
  }

  private PodResource pod(String namespace) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("figure")
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName("reporter")
            .addNewContainer()
            .withName("agent")
            .withImage(site.images().agent())
            .withImagePullPolicy("Never")
            .withCommand("sleep", "infinity")
            .endContainer()
            .endSpec()
            .build();
    return site.node().client().pods().inNamespace(namespace).resource(pod);
  }

  /// Answers that the API server had within so many seconds.
  private record Bucket(String bound, long count) {}

  private List<Bucket> counted() {
    return BUCKET
        .matcher(site.node().kubectl("get", "--raw", "/metrics").done())
        .results()
        .map(found -> new Bucket(found.group(1), Long.parseLong(found.group(2))))
        .toList();
  }

  private void row(String what, List<Double> values) {
    page.append("| ")
        .append(what)
        .append(" | ")
        .append(number(at(values, 0.5)))
        .append(" | ")
        .append(number(Collections.min(values)))
        .append(" | ")
        .append(number(Collections.max(values)))
        .append(" |\n");
  }

  private static double at(List<Double> values, double part) {
    var sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.ceil(part * sorted.size()) - 1);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
