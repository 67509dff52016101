package dev.ambit.e2e.agents;

import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.agents.ClientPage.Given;
import dev.ambit.e2e.agents.ClientPage.Line;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.clients.Git;
import dev.ambit.e2e.clients.Sdk;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The pages of the clients: one for each way in which calls come to the proxy.
final class ClientPages {
  private ClientPages() {}

  private static final String BEFORE =
      """
      # Clients

      What ordinary clients need so that they work as agents through the explicit listener, and what was measured when they were run so: each is a program of its own
      in the whole-system tests, unmodified and with its defaults but for what its line says. This page is made by those tests; they fail when it says anything else,
      and say how to write it anew. Only the versions of what comes with the machine (curl, wget, Python, Go, the JDK) may differ: they are those of the last writing.

      `ambit session run` sets all the variables named here, and a pod is to have them too. Each client was run with all of them, and granted a call with those of its
      line alone.

      """;

  private static final String AFTER =
      """

      | column | what was done, and what a cell says |
      |---|---|
      | granted | `GET` of a granted `https://` path, with an `Authorization` of the agent's own. *yes*: answered by the upstream, which saw the session's credential in its place; the agent saw no byte of it |
      | refused | a method that is not granted. *403 and the problem*: the program has the status and the `application/problem+json` body, with the reason |
      | tunnel refused | `https://` to a host that is no target: the refusal answers the CONNECT. What the program is told of it; few clients show the body of such an answer, so the reason phrase names the reason |
      | `http://` | a granted call to a target in cleartext. *absolute form* or *tunnel*: how it comes to the proxy; both are served |
      | streamed | server-sent events, each held back until the program has printed the one before. *event by event*: none waited for the next |
      | cut | the session is closed while a stream runs. *an error*: the program is told that the answer is not whole. *looks whole*: it is not told. The proxy leaves out the last chunk and closes; urllib read line by line takes that for the end, where its `read()` does not |
      | uploaded | a `POST` of some MiB from a file; length and SHA-256 are the same at the upstream. *with its length* or *in chunks*: how the client frames it |
      | upload refused | the same to a path where it is not granted: what the program is told, though it may not have sent all of it |

      Of the Node clients: the built-in `fetch` reads `HTTPS_PROXY` only in a Node that knows `NODE_USE_ENV_PROXY` (or `--use-env-proxy`); before that a dispatcher of the package
      undici is needed. axios before 1.16 sends calls to `https://` without a tunnel, in absolute form, which the proxy takes; where Node reads the variables as well, one of the two
      has to be told not to.

      Java reads no proxy variable: the system properties of `JAVA_TOOL_OPTIONS` do the same for `HttpClient`, OkHttp and `HttpURLConnection`. A client with a trust store or a pinned
      certificate of its own sees a certificate of the pod's authority and refuses, as it should.
      """;

  private static final String POD_BEFORE =
      """
      # Clients in a pod

      What ordinary clients need so that they work as agents in a pod whose traffic the kernel turns to the proxy, and what was measured when they were run so: the same programs as
      [through the explicit listener](clients.md), with no proxy variable and no address of a proxy anywhere. They resolve names and connect as they would without Ambit. This page is made by the
      whole-system tests; they fail when it says anything else, and say how to write it anew. Only the versions of what comes with the machine (curl, wget, Python, Go, the JDK) may differ.

      Each client ran as a user of its own in a network namespace with the redirect, beside a proxy with its own user, an identity from a real SPIRE and no capability; the upstreams were in another
      namespace. It had the variables that `ambit trust env` prints and no others, and was granted a call with those of its line alone.

      """;

  private static final String POD_AFTER =
      """

      | column | what was done, and what a cell says |
      |---|---|
      | granted | `GET` of a granted `https://` path, with an `Authorization` of the agent's own. *yes*: answered by the upstream, which saw the session's credential in its place; the agent saw no byte of it |
      | refused | a method that is not granted. *403 and the problem*: the program has the status and the `application/problem+json` body, with the reason |
      | unknown name | `https://` to a host that is no target: its name does not exist, and no name server is asked. How the client says so |
      | `http://` | a granted call to a target in cleartext, and one that is refused. *yes*: the upstream answered the one, and the program has the problem of the other |
      | streamed | server-sent events, each held back until the program has printed the one before. *event by event*: none waited for the next |
      | cut | the session is closed while a stream runs. *an error*: the program is told that the answer is not whole. *looks whole*: it is not told (see [there](clients.md)) |
      | uploaded | a `POST` of some MiB from a file; length and SHA-256 are the same at the upstream. *with its length* or *in chunks*: how the client frames it |
      | upload refused | the same to a path where it is not granted: what the program is told, though it may not have sent all of it |

      git clones (*granted*), does not clone what is not granted (*refused*), pushes a file of some MiB (*uploaded*), and does not push to a repository of which it may read alone (*upload refused*). Of
      a refusal it shows the status.

      The SDKs ask services that answer as theirs do: the models' with a credential in the place of the key in the environment; boto3, which signs each request, with its own keys
      (`agentCredentials: pass`); the MCP SDKs a server that is made with the Python one, over streamable HTTP. *refused* is a call of theirs that is not granted.

      grpcio and grpc-java make calls of one message and of two hundred back and forth, and read the status of the upstream and why a call was denied (`PodGrpcTest`).

      A pod with several sessions tells them apart by the header `Ambit-Session`. Which client trusts by the directories, without any variable, is in [trust.md](trust.md).
      """;

  private static final Given TRUST = new Given("trusts by", client -> client.trust().text());

  private static final List<Line> CLIENTS =
      Arrays.stream(Client.values()).map(client -> new Line(client, Set.of())).toList();

  private static final Line GIT =
      new Line(new Git(), Set.of(Column.PLAIN, Column.STREAMED, Column.CUT));

  private static final Set<Column> NO_MATTER_OF_SDKS =
      Set.of(Column.NAME, Column.PLAIN, Column.CUT, Column.UPLOAD_REFUSED);

  private static final List<Line> SDKS =
      Arrays.stream(Sdk.values())
          .map(sdk -> {
            var untried = EnumSet.copyOf(NO_MATTER_OF_SDKS);
            if (sdk != Sdk.OPENAI && sdk != Sdk.ANTHROPIC) {
              untried.add(Column.STREAMED);
            }
            if (sdk != Sdk.OPENAI && sdk != Sdk.BOTO3) {
              untried.add(Column.UPLOADED);
            }
            return new Line(sdk, untried);
          })
          .toList();

  /// Through the explicit listener.
  static final ClientPage LISTENER =
      new ClientPage(
          "clients.md",
          "OrdinaryClientTest,EventStreamTest,ClientPageTest",
          List.of(new Given("pointed at the proxy by", client -> client.proxy().text()), TRUST),
          List.of(
              Column.VERSION,
              Column.GRANTED,
              Column.REFUSED,
              Column.TUNNEL,
              Column.PLAIN,
              Column.STREAMED,
              Column.CUT,
              Column.UPLOADED,
              Column.UPLOAD_REFUSED),
          CLIENTS,
          BEFORE,
          AFTER);

  /// In a pod, where they know of no proxy.
  static final ClientPage POD =
      new ClientPage(
          "clients-in-a-pod.md",
          "PodClientTest,PodSdkTest,ClientPageTest",
          List.of(TRUST),
          List.of(
              Column.VERSION,
              Column.GRANTED,
              Column.REFUSED,
              Column.NAME,
              Column.PLAIN,
              Column.STREAMED,
              Column.CUT,
              Column.UPLOADED,
              Column.UPLOAD_REFUSED),
          Stream.of(CLIENTS.stream(), Stream.of(GIT), SDKS.stream()).flatMap(line -> line).toList(),
          POD_BEFORE,
          POD_AFTER);
}
