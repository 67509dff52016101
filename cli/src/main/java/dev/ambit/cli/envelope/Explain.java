package dev.ambit.cli.envelope;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Table;
import dev.ambit.envelope.Decision;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.resources.Reading;
import dev.ambit.resources.SessionTemplate;
import dev.ambit.resources.SessionTemplate.Instance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `ambit explain`.
@Command(
    name = "explain",
    description = {
      "Says whether one call would be permitted, by which grant, or why not and what is granted nearby. The engine is"
          + " the proxy's own; nothing is sent, spent or recorded.",
      "Of a live session: its envelope, state and budgets of this moment. Offline: a template of a folder of resources"
          + " with its parameters filled in.",
      "Exit 0: permitted; 1: denied."
    },
    footer = {
      "",
      "Examples:",
      "  ambit explain --session 01JZ8YQ5V7N3K2M4P6R8T0W1X3 GET https://api.example.com/v1/items/7",
      "  ambit explain --resources deploy/examples/dev --template read-notes GET http://notes.test:8000/private/",
      "  ambit explain --resources . -t ticket -p owner=acme GET https://api.example.com/owners/acme -o json",
      "  ambit explain --session 01JZ8YQ5V7N3K2M4P6R8T0W1X3 -H Content-Type:application/json --data '{\"to\":\"a\"}'"
          + " POST https://api.example.com/v1/mail",
      "  ambit explain --resources . -t report CONNECT tcp://db.example.com:5432"
    })
public final class Explain implements Callable<Integer> {
  /// Stands for the session that is not opened.
  private static final SessionId NO_SESSION = new SessionId("00000000000000000000000000");

  private final Shell shell;
  private final Connector connector;

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(names = "--session", paramLabel = "SESSION", description = "A live session.")
  @Nullable String session;

  @Option(names = "--resources", paramLabel = "DIR", description = "A folder of resources.")
  @Nullable Path resources;

  @Option(
      names = {"-t", "--template"},
      paramLabel = "NAME",
      description = "A template of --resources.")
  @Nullable String template;

  @Option(
      names = {"-p", "--param"},
      paramLabel = "KEY=VALUE",
      description = "A parameter of --template; repeat it for each.")
  Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--context",
      paramLabel = "KEY=VALUE",
      description =
          "What is true around the job, for conditions of --template; repeat it for each.")
  Map<String, String> context = new LinkedHashMap<>();

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME:VALUE",
      description = "A header of the call; repeat it for each.")
  List<String> lines = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "TEXT",
      description = "The body of the call; JSON is judged only with its Content-Type.")
  @Nullable String data;

  @Parameters(
      index = "0",
      paramLabel = "METHOD",
      description = "GET, POST, …; CONNECT for an opaque target.")
  String method = "";

  @Parameters(
      index = "1",
      paramLabel = "URL",
      description = {
        "The whole URL, as an agent calls it; wss:// or ws:// opens a WebSocket.",
        "Opaque: tcp://HOST:PORT or tls://HOST:PORT."
      })
  String url = "";

  public Explain(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public Integer call() {
    var online = session != null && resources == null && template == null;
    var offline = session == null && resources != null && template != null;
    if (!online && !offline) {
      throw new ParameterException(
          spec.commandLine(), "Missing --session SESSION, or --resources DIR and --template NAME");
    }
    if (online && !(parameters.isEmpty() && context.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(), "--param, --context: with --template only; a session has its own");
    }
    var question = new Question(method, url, headers(), Optional.ofNullable(data));
    var decision =
        session != null
            ? LiveSession.decide(live(session), question, shell.clock().instant())
            : question.decide(instantiated(), shell.clock().instant());
    new Printer(shell, print)
        .print(
            () -> tree(decision),
            style -> {
              var table = Table.facts();
              tree(decision).forEach((name, said) -> table.fact(name, said));
              return table.print(style);
            });
    return (decision instanceof Decision.Permitted ? ExitCode.OK : ExitCode.REFUSED).number();
  }

  private List<Question.Header> headers() {
    var headers = new ArrayList<Question.Header>();
    for (var line : lines) {
      var colon = line.indexOf(':');
      if (colon < 1) {
        throw new ParameterException(
            spec.commandLine(), "--header: " + line + " (expected: NAME:VALUE)");
      }
      headers.add(
          new Question.Header(line.substring(0, colon).strip(), line.substring(colon + 1).strip()));
    }
    return headers;
  }

  private Session live(String id) {
    try (var controlPlane = connector.connect(connection)) {
      return controlPlane
          .sessions()
          .getSession(GetSessionRequest.newBuilder().setSessionId(id).build())
          .getSession();
    }
  }

  private Envelope instantiated() {
    var folder = Objects.requireNonNull(resources);
    var set =
        switch (ResourceFolder.read(folder)) {
          case Reading.Whole(var whole) -> whole;
          case Reading.Broken(var findings) ->
              throw new Failure(
                  ExitCode.REFUSED,
                  findings.getFirst()
                      + (findings.size() > 1 ? "; and " + (findings.size() - 1) + " more" : "")
                      + "; see: ambit envelope lint "
                      + folder);
        };
    var named = Objects.requireNonNull(template);
    var found = set.templates().get(named);
    if (found == null) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          "--template: "
              + named
              + " (expected: one of "
              + String.join(", ", new TreeSet<>(set.templates().keySet()))
              + ")");
    }
    try {
      var order =
          new SessionTemplate.Order(
              NO_SESSION,
              found.someWorkload(),
              new SessionFacts("", "", "", parameters, context),
              Optional.empty(),
              shell.clock().instant());
      return switch (found.instantiate(order)) {
        case Instance.Frozen(var envelope) -> envelope;
        case Instance.Refused(var problems) ->
            throw new Failure(
                ExitCode.REFUSED,
                problems.getFirst().field() + ": " + problems.getFirst().message());
      };
    } catch (IllegalArgumentException refused) {
      throw new Failure(ExitCode.REFUSED, String.valueOf(refused.getMessage()), refused);
    }
  }

  private static Map<String, String> tree(Decision decision) {
    var tree = new LinkedHashMap<String, String>();
    switch (decision) {
      case Decision.Permitted permitted -> {
        tree.put("decision", "permit");
        tree.put("grant", permitted.grant().name());
        tree.put("target", permitted.target().name());
        var credential = permitted.grant().credential();
        tree.put("credential", credential == null ? "none" : credential.provider());
      }
      case Decision.Denied denied -> {
        tree.put("decision", "deny");
        tree.put("reason", denied.reason().code());
        if (!denied.target().isEmpty()) {
          tree.put("target", denied.target());
        }
        tree.put("detail", denied.detail());
      }
      case Decision.NeedsBody _ -> throw new IllegalStateException("the body was read");
    }
    return tree;
  }
}
