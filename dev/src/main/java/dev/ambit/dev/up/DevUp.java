package dev.ambit.dev.up;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.Folders;
import dev.ambit.dev.set.ProxyPorts;
import dev.ambit.dev.set.State;
import dev.ambit.envelope.Target;
import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import dev.ambit.resources.ResourceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ambit dev up`.
@Command(
    name = "up",
    description = {
      "Starts a SPIFFE authority, the control plane and a proxy in the background, on a folder of your own resources.",
      "FOR DEVELOPMENT ONLY. Hosts that end in .test are this machine, and only on the ports that targets name for",
      "them; all others are looked up in DNS and dialled by the rules of production. Changes of the folder are read at",
      "once; a new port on this machine needs dev down and up. The agent is spiffe://demo.test/agent, the opener",
      "bootstrap, and templates say binding: identity."
    },
    footer = {
      "",
      "Examples:",
      "  ambit dev up --resources deploy/examples/dev",
      "  ambit session run --template read-notes -- curl -s http://notes.test:8000/"
    })
public final class DevUp implements Runnable {
  private final Shell shell;

  @Option(
      names = {"-r", "--resources"},
      required = true,
      paramLabel = "DIR",
      description = "Folder with targets, providers, templates and policies as YAML.")
  Path resources = Path.of("");

  public DevUp(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    var state = new State(shell.developmentState());
    state.refuseSecond();
    var read = read();
    var ports = localPorts(read);
    try {
      start(state, ports);
    } catch (IOException failed) {
      throw new Failure(ExitCode.CONFIGURATION, "dev up: " + failed.getMessage(), failed);
    }
  }

  private void start(State state, Set<Integer> ports) throws IOException {
    var set = new EmbeddedSet(new EmbeddedSet.Plan(Folders.make("ambit-dev"), true));
    var up = false;
    try (var progress = Progress.of(shell, "starting the SPIFFE authority")) {
      var _ = set.startAuthority().ready();
      progress.now("starting the control plane");
      var controlPort = set.startControlPlane(resources.toAbsolutePath());
      progress.now("starting the proxy");
      var proxy = set.startProxy(controlPort, ports);
      state.write("up", set, proxy);
      up = true;
      tell(set, proxy, ports);
    } finally {
      if (!up) {
        set.close();
        Folders.remove(set.plan().folder());
      }
    }
  }

  private ResourceSet read() {
    if (!Files.isDirectory(resources)) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          "--resources: " + resources + " is no folder (expected: one with *.yaml)");
    }
    return switch (ResourceReader.read(resources)) {
      case Reading.Whole(var whole) -> whole;
      case Reading.Broken(var findings) -> {
        findings.forEach(finding -> shell.err().println(finding));
        throw new Failure(
            ExitCode.CONFIGURATION,
            "--resources: " + findings.size() + " mistakes in " + resources + ", listed above");
      }
    };
  }

  /// Loopback is dialled only where a target says that it is meant.
  static Set<Integer> localPorts(ResourceSet resources) {
    var ports = new TreeSet<Integer>();
    for (var target : resources.targets().values()) {
      if (local(target)) {
        ports.addAll(target.ports());
      }
    }
    return ports;
  }

  private static boolean local(Target target) {
    return target.hosts().stream().anyMatch(host -> host.text().endsWith(".test"));
  }

  private void tell(EmbeddedSet set, ProxyPorts proxy, Set<Integer> ports) {
    var style = new Style(shell.colour());
    var out = shell.out();
    out.println(
        style.warn(
            "FOR DEVELOPMENT ONLY: any process of yours gets these identities, and the proxy may dial this machine."));
    out.println();
    out.print(
        Table.facts()
            .row("agent", EmbeddedSet.AGENT)
            .row("proxy", "http://127.0.0.1:" + proxy.agents())
            .row(
                "trust",
                set.plan().trust().resolve("ca.pem")
                    + " (alone), bundle.pem (with the public ones)")
            .row(
                "this machine",
                ports.isEmpty() ? "no target ends in .test" : "*.test, ports " + ports)
            .row("resources", resources.toAbsolutePath().toString())
            .row("logs, records", set.plan().folder().toString())
            .print(style));
    out.println();
    out.println("Use it:  ambit session run --template NAME -- COMMAND");
    out.println("End it:  ambit dev down");
    out.flush();
  }
}
