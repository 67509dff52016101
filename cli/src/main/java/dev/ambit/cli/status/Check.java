package dev.ambit.cli.status;

import dev.ambit.cli.Errors;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.cluster.AttachedCheck;
import dev.ambit.cli.cluster.Cluster;
import dev.ambit.cli.cluster.ClusterCheck;
import dev.ambit.cli.cluster.PreCheck;
import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.Item;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Report;
import dev.ambit.proto.v1.GetStatusRequest;
import dev.ambit.proto.v1.GetStatusResponse;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit check`.
@Command(
    name = "check",
    description = {
      "Looks whether everything is reachable, valid and fresh: access, the control plane and who it is, resources,"
          + " store, closures, audit, every attached proxy, every provider.",
      "In a cluster also: SPIRE's identities, the webhook and its certificate, the policies V1 to V10 and their"
          + " bindings, the mode, and in every enforced namespace its NetworkPolicies, pods without a proxy, pods whose"
          + " proxy does not start, and versions. It reads the cluster as the kubeconfig's user and changes nothing.",
      "Each finding says what to do. Exit 0: green, nothing is wrong; 1: red."
    },
    footer = {
      "",
      "Examples:",
      "  ambit check",
      "  ambit check -o json | jq -r .verdict",
      "  ambit check --pre --kubeconfig ~/.kube/config"
    })
public final class Check implements Callable<Integer> {
  private static final String BEFORE = "nothing else can be looked at before";

  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--pre",
      description =
          "Looks instead whether the chart can be installed in the kubeconfig's cluster: its version, its nodes, and"
              + " the user's rights.")
  boolean pre;

  @Option(
      names = "--cert-manager",
      description = "With --pre: the webhook's certificate is to come from cert-manager.")
  boolean certManager;

  public Check(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public Integer call() {
    return new Report(pre ? before() : look()).print(shell, print).number();
  }

  private List<Item> before() {
    try (var cluster = Cluster.open(connection.cluster, shell)) {
      return new PreCheck(cluster, certManager).look();
    }
  }

  /// What cannot be looked at because of what is wrong before it is left out.
  private List<Item> look() {
    var items = new ArrayList<Item>();
    try {
      if (Access.inCluster(connection, shell)) {
        inCluster(items);
      } else {
        var access = Access.find(connection, shell);
        items.add(
            Item.good(
                "access",
                access.directory().map(folder -> folder + ": ").orElse("")
                    + "server "
                    + access.host()
                    + ":"
                    + access.port()));
        controlPlane(items);
      }
    } catch (Failure failure) {
      if (failure.code() == ExitCode.USAGE) {
        throw failure;
      }
      items.add(
          Item.wrong(
              failure.code() == ExitCode.UNREACHABLE ? "control plane" : "access",
              failure.sentence(),
              BEFORE));
    }
    return List.copyOf(items);
  }

  /// The cluster first: what is wrong there is often why the control plane does not answer.
  private void inCluster(List<Item> items) {
    try (var cluster = Cluster.open(connection.cluster, shell)) {
      cluster.ask("to tell its version", cluster.client()::getKubernetesVersion);
      items.add(Item.good("access", cluster.where()));
      items.addAll(new ClusterCheck(cluster, shell.clock()).look());
      var status = controlPlane(items);
      items.addAll(
          cluster.ask(
              "to list pods",
              () -> new AttachedCheck(cluster.client()).look(status.getAttachedList())));
    }
  }

  private GetStatusResponse controlPlane(List<Item> items) {
    var status = status();
    items.add(
        Item.good(
            "control plane", status.getControlPlane() + " answers, and its certificate says so"));
    items.addAll(Health.of(status));
    items.addAll(Health.findings(status));
    items.addAll(Skew.of(status));
    return status;
  }

  private GetStatusResponse status() {
    try (var controlPlane = connector.connect(connection)) {
      return controlPlane.status().getStatus(GetStatusRequest.getDefaultInstance());
    } catch (StatusRuntimeException answered) {
      throw Errors.ofStatus(answered.getStatus());
    }
  }
}
