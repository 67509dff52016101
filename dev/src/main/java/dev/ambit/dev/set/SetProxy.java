package dev.ambit.dev.set;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.run.LocalProxy;
import dev.ambit.cli.run.ProxyHealth;
import dev.ambit.proto.v1.Session;
import dev.ambit.spiffe.anchors.TrustFolder;
import java.net.InetSocketAddress;
import java.time.Duration;

/// The proxy of a set that runs in the background, when there is one and the command line is not
/// told of another control plane; else a proxy of the command's own.
public final class SetProxy implements LocalProxy {
  private final Shell shell;
  private final LocalProxy otherwise;

  public SetProxy(Shell shell, LocalProxy otherwise) {
    this.shell = shell;
    this.otherwise = otherwise;
  }

  @Override
  public Running start(Request request) {
    var connection = request.connection();
    var elsewhere =
        request.spiffeSocket().isPresent()
            || request.controlPlane().isPresent()
            || connection.server != null
            || connection.access != null
            || !shell.environment().getOrDefault("AMBIT_ACCESS", "").isEmpty();
    var found = new State(shell.developmentState()).read();
    if (elsewhere || found.isEmpty()) {
      return otherwise.start(request);
    }
    if (!found.get().whole()) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          "dev: a part of the development set has ended (ambit dev status); start it anew with: ambit dev down, then"
              + " ambit dev up");
    }
    return new Shared(found.get());
  }

  /// Closing it leaves the proxy to the set.
  private record Shared(State.Running set) implements Running {
    @Override
    public InetSocketAddress address() {
      return set.proxy().agentAddress();
    }

    @Override
    public TrustFolder trust() {
      return new TrustFolder(set.trust());
    }

    @Override
    public String workload() {
      return set.agent();
    }

    @Override
    public boolean enforces(Session session, Duration patience) {
      return ProxyHealth.enforces(set.proxy().adminAddress(), session.getVersion(), patience);
    }

    @Override
    public void close() {}
  }
}
