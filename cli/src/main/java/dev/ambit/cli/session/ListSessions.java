package dev.ambit.cli.session;

import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Tree;
import dev.ambit.proto.v1.ListSessionsRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `ambit session list`.
@Command(
    name = "list",
    description = "Lists sessions, newest first.",
    footer = {
      "",
      "Examples:",
      "  ambit session list",
      "  ambit session list --state closing -o json | jq -r '.sessions[].id'"
    })
public final class ListSessions implements Runnable {
  private static final int PAGE = 100;

  private final Shell shell;
  private final Connector connector;

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only sessions in this state: active, suspended, closing or closed.")
  @Nullable State state;

  @Option(
      names = {"-t", "--template"},
      paramLabel = "NAME",
      description = "Only sessions of this template.")
  String template = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most this many, 1 to 10000. Default: 100.")
  int limit = PAGE;

  /// The states of a session, as they are typed.
  enum State {
    ACTIVE(SessionState.SESSION_STATE_ACTIVE),
    SUSPENDED(SessionState.SESSION_STATE_SUSPENDED),
    CLOSING(SessionState.SESSION_STATE_CLOSING),
    CLOSED(SessionState.SESSION_STATE_CLOSED);

    private final SessionState sent;

    State(SessionState sent) {
      this.sent = sent;
    }
  }

  public ListSessions(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    if (limit < 1 || limit > 10_000) {
      throw new ParameterException(
          spec.commandLine(), "--limit: " + limit + " (expected: 1 to 10000)");
    }
    var sessions = new ArrayList<Session>();
    try (var controlPlane = connector.connect(connection)) {
      var request = ListSessionsRequest.newBuilder().setTemplate(template);
      if (state != null) {
        request.setState(state.sent);
      }
      do {
        request.setPageSize(Math.min(PAGE, limit - sessions.size()));
        var page = controlPlane.sessions().listSessions(request.build());
        sessions.addAll(page.getSessionsList());
        request.setPageToken(page.getNextPageToken());
      } while (!request.getPageToken().isEmpty() && sessions.size() < limit);
    }
    new Printer(shell, print)
        .print(
            () -> Map.of("sessions", Tree.of(sessions)),
            style -> new SessionView(shell.clock()).list(sessions, style));
  }
}
