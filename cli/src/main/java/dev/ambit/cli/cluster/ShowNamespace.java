package dev.ambit.cli.cluster;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit namespace`.
@Command(
    name = "namespace",
    description = {
      "Prints what makes a namespace one of agents, for kubectl apply: the label by which its pods are injected and"
          + " validated, NetworkPolicies for both directions, and a ServiceAccount that may open sessions.",
      "Nothing is asked and nothing is changed. Labelled namespaces stay so: removing the label needs a right of its"
          + " own (V10)."
    },
    footer = {
      "",
      "Examples:",
      "  ambit namespace agents | kubectl apply -f -",
      "  ambit namespace agents --upstream 203.0.113.0/24 --port 443 --metrics-namespace monitoring",
      "  ambit namespace agents --mode explicit --csi --upstream 203.0.113.0/24"
    })
public final class ShowNamespace implements Runnable {
  private static final List<String> ANYWHERE = List.of("0.0.0.0/0", "::/0");
  private static final int PORT_MAX = 65_535;
  private static final int COUNT_MAX = 100;
  private static final Pattern RANGE =
      Pattern.compile(
          "(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\\.(?!/)|(?=/))){4}/(?:3[0-2]|[12]?[0-9])"
              + "|(?=[^/]*:)[0-9a-fA-F:]{2,39}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9:@._/-]{1,253}");

  private final Shell shell;

  @Parameters(paramLabel = "NS", description = "Name of the namespace.")
  String name = "";

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "transparent",
      description = "proxy.mode of the release: transparent (default) or explicit.")
  Mode mode = Mode.TRANSPARENT;

  @Option(
      names = "--upstream",
      paramLabel = "CIDR",
      description =
          "Addresses that proxies may reach; repeat it for each. Default: any but link-local ones. Needed with"
              + " explicit, where the policy alone holds clients that ignore the proxy.")
  List<String> upstreams = new ArrayList<>();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "TCP port of those; repeat it for each. Default: 443.")
  List<Integer> ports = new ArrayList<>();

  @Option(
      names = "--metrics-namespace",
      paramLabel = "NS",
      description = "Namespace whose pods read the proxies' metrics. Default: none.")
  String metrics = "";

  @Option(
      names = "--opener-group",
      paramLabel = "GROUP",
      description = "Group that may ask for tokens of ambit-opener. Default: none is bound.")
  String group = "";

  @Option(
      names = "--csi",
      description = "The release has spire.csiDriver, so that no hostPath is needed.")
  boolean csi;

  @Option(
      names = "--kubernetes-namespace",
      paramLabel = "NS",
      defaultValue = Release.NAMESPACE,
      description = "Namespace of the release. Default: ambit-system.")
  String releaseNamespace = Release.NAMESPACE;

  @Option(
      names = "--release",
      paramLabel = "NAME",
      defaultValue = Release.NAME,
      description = "Name of the release. Default: ambit.")
  String release = Release.NAME;

  public ShowNamespace(Shell shell) {
    this.shell = shell;
  }

  /// How the release's proxies meet their agents.
  enum Mode {
    TRANSPARENT,
    EXPLICIT
  }

  @Override
  public void run() {
    var of = Release.of(releaseNamespace, release, null);
    var own = Release.label("NS", name);
    if (own.equals(of.namespace()) || own.startsWith("kube-")) {
      throw new Failure(
          ExitCode.USAGE,
          "NS: "
              + own
              + " (expected: a namespace of agents, neither the release's nor the cluster's own)");
    }
    if (mode == Mode.EXPLICIT && upstreams.isEmpty()) {
      throw new Failure(
          ExitCode.USAGE,
          "--upstream: none (expected: the addresses of the upstreams; with --mode explicit the policy is all that"
              + " holds clients which ignore the proxy)");
    }
    bounded("--upstream", upstreams.size());
    bounded("--port", ports.size());
    upstreams.forEach(
        range -> check("--upstream", range, RANGE, "an address range as 203.0.113.0/24"));
    ports.stream()
        .filter(port -> port < 1 || port > PORT_MAX)
        .forEach(port -> refuse("--port", Integer.toString(port), "1 to 65535"));
    if (!group.isEmpty()) {
      check("--opener-group", group, GROUP, "the name of a group");
    }
    shell
        .out()
        .print(
            new AgentNamespace(
                    own,
                    of,
                    mode == Mode.EXPLICIT,
                    csi,
                    upstreams.isEmpty() ? ANYWHERE : upstreams,
                    ports.isEmpty() ? List.of(443) : ports,
                    metrics.isEmpty() ? "" : Release.label("--metrics-namespace", metrics),
                    group)
                .yaml());
    shell.out().flush();
  }

  private static void bounded(String option, int count) {
    if (count > COUNT_MAX) {
      refuse(option, count + " of them", "at most " + COUNT_MAX);
    }
  }

  private static void check(String option, String text, Pattern form, String expected) {
    if (!form.matcher(text).matches()) {
      refuse(option, text, expected);
    }
  }

  private static void refuse(String option, String found, String expected) {
    throw new Failure(ExitCode.USAGE, option + ": '" + found + "' (expected: " + expected + ")");
  }
}
