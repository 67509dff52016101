package dev.ambit.cli.status;

import dev.ambit.cli.Errors;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.cli.print.Text;
import dev.ambit.cli.status.Item.Verdict;
import dev.ambit.proto.v1.GetStatusRequest;
import dev.ambit.proto.v1.GetStatusResponse;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `ambit check`.
@Command(
    name = "check",
    description = {
      "Looks whether everything is reachable, valid and fresh: access, the control plane and who it is, resources,"
          + " store, closures, audit, every attached proxy, every provider.",
      "Each finding says what to do. Exit 0: green, nothing is wrong; 1: red."
    },
    footer = {"", "Examples:", "  ambit check", "  ambit check -o json | jq -r .verdict"})
public final class Check implements Callable<Integer> {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  public Check(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public Integer call() {
    var items = look();
    var wrong = items.stream().filter(item -> item.verdict() == Verdict.WRONG).count();
    new Printer(shell, print).print(() -> tree(items, wrong), style -> table(items, wrong, style));
    return (wrong == 0 ? ExitCode.OK : ExitCode.REFUSED).number();
  }

  /// What cannot be looked at because of what is wrong before it is left out.
  private List<Item> look() {
    var items = new ArrayList<Item>();
    try {
      var access = Access.find(connection, shell);
      items.add(
          Item.good(
              "access",
              access.directory().map(folder -> folder + ": ").orElse("")
                  + "server "
                  + access.host()
                  + ":"
                  + access.port()));
      var status = status();
      items.add(
          Item.good(
              "control plane", status.getControlPlane() + " answers, and its certificate says so"));
      items.addAll(Health.of(status));
      items.addAll(Health.findings(status));
    } catch (Failure failure) {
      if (failure.code() == ExitCode.USAGE) {
        throw failure;
      }
      items.add(
          failure.code() == ExitCode.UNREACHABLE
              ? Item.wrong(
                  "control plane", failure.sentence(), "nothing else can be looked at before")
              : Item.wrong("access", failure.sentence(), "nothing else can be looked at before"));
    }
    return List.copyOf(items);
  }

  private GetStatusResponse status() {
    try (var controlPlane = connector.connect(connection)) {
      return controlPlane.status().getStatus(GetStatusRequest.getDefaultInstance());
    } catch (StatusRuntimeException answered) {
      throw Errors.ofStatus(answered.getStatus());
    }
  }

  private static Map<String, Object> tree(List<Item> items, long wrong) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("verdict", wrong == 0 ? "green" : "red");
    tree.put("checks", items.stream().map(Item::tree).toList());
    return tree;
  }

  private static String table(List<Item> items, long wrong, Style style) {
    var table = Table.of("CHECK", "VERDICT", "FOUND");
    items.forEach(item -> table.row(item.what(), item.verdict().text(), item.found()));
    var text = new StringBuilder(table.print(style)).append('\n');
    items.stream()
        .filter(item -> !item.advice().isEmpty())
        .map(item -> item.what() + ": " + Text.line(item.advice()) + "\n")
        .distinct()
        .forEach(text::append);
    return text.append(
            wrong == 0
                ? style.good("green: nothing is wrong")
                : style.bad(
                    "red: " + wrong + (wrong == 1 ? " thing is wrong" : " things are wrong")))
        .append('\n')
        .toString();
  }
}
