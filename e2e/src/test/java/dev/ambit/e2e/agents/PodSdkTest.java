package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.Shown;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Sdk;
import dev.ambit.e2e.clients.Tools;
import dev.ambit.e2e.spire.Neighbours;
import dev.ambit.e2e.spire.PodTest;
import dev.ambit.e2e.spire.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The libraries of which agents are made, in a pod: they know of no proxy, hold a key that opens
/// nothing, and are answered where a session says so. MCP is HTTPS here, judged by method and path.
class PodSdkTest extends PodTest {
  private static final String RESOURCES =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: services }
      spec:
        hosts: [HOST]
        ports: [SERVICES_PORT, STREAM_PORT, MCP_PORT]
        protocol: https
        addresses: { cidrs: ["ADDRESS/32"] }
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: sdks }
      spec:
        openers: [bootstrap]
        workloads: ["REPORTER"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000 }
        grants:
          - name: models
            target: services
            methods: [POST]
            paths: ["/openai/chat/completions", "/openai/files", "/anthropic/v1/messages"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
          - name: tools
            target: services
            methods: [GET, POST, DELETE]
            paths: ["/mcp"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
          - name: reports
            target: services
            methods: [GET, PUT]
            paths: ["/s3/reports/{key}"]
            agentCredentials: pass
      """;

  /// Of the agent's own; what opens something is put in their place.
  private static final Map<String, String> KEYS =
      Map.of(
          "OPENAI_API_KEY", "key-of-the-agent",
          "ANTHROPIC_API_KEY", "key-of-the-agent",
          "AWS_ACCESS_KEY_ID", "AKIAOFTHEAGENT",
          "AWS_SECRET_ACCESS_KEY", "secret-of-the-agent",
          "AWS_DEFAULT_REGION", "eu-central-1");

  private static final int MCP_PORT = 7_443;
  private static final int PIECES = 10;
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(5);

  private final SdkServices services = new SdkServices();
  private EventSource source;
  private HttpsPeer peer;
  private Program tools;
  private Site site;
  private User agent;
  private Body body;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    var outside = pod.network().outside();
    var address = InetAddress.getByName(outside.address());
    peer =
        outside.inside(() ->
            new HttpsPeer(address)
                .with("/openai", services)
                .with("/anthropic", services)
                .with("/s3", services));
    closing.add(peer::close);
    source =
        outside.inside(
            () -> new EventSource(address, "/openai/chat/completions", "/anthropic/v1/messages"));
    closing.add(source::close);
    site = openSite(folder, resources(outside.address()));
    var certificate = site.neighbours().file("api.pem");
    var key = site.neighbours().file("api.key");
    peer.serve(certificate, key);
    source.serve(certificate, key);
    tools =
        User.ROOT
            .in(outside)
            .start(
                "mcp",
                folder,
                List.of(
                    Tools.python(),
                    "-B",
                    Tools.file("python/mcp_server.py"),
                    outside.address(),
                    Integer.toString(MCP_PORT),
                    Neighbours.API,
                    certificate.toString(),
                    key.toString()));
    closing.add(tools);
    var _ = tools.awaitOut("(?m)^ready$", STARTS_WITHIN);
    var shown = Shown.in(pod.network().pod(), folder.resolve("shown"), Tools.folders());
    agent = site.unaware().seeing(shown).with(KEYS).with("HOME", site.scratch("home").toString());
    body = Body.write(site.scratch("bodies").resolve("body"));
    var _ = site.openSession("sdks");
  }

  private String resources(String address) {
    return RESOURCES
        .replace("HOST", Neighbours.API)
        .replace("ADDRESS", address)
        .replace("SERVICES_PORT", Integer.toString(peer.port()))
        .replace("STREAM_PORT", Integer.toString(source.port()))
        .replace("MCP_PORT", Integer.toString(MCP_PORT))
        .replace("REPORTER", Site.REPORTER);
  }

  @ParameterizedTest
  @EnumSource
  void isAnsweredWithACredentialItNeverSees(Sdk sdk) throws Exception {
    var before = tools.out().length();
    var _ = services.asked();

    assertThat(sdk.run(agent(sdk), "ask", url(sdk))).isEqualTo(SdkServices.ANSWER);

    switch (sdk) {
      case OPENAI, ANTHROPIC ->
          assertThat(services.asked())
              .singleElement()
              .satisfies(asked ->
                  assertThat(asked.authorization())
                      .startsWith("Bearer ")
                      .doesNotContain("of-the-agent"));
      // Signed by the agent's own keys, which are passed on.
      case BOTO3 ->
          assertThat(services.asked())
              .singleElement()
              .satisfies(asked ->
                  assertThat(asked.authorization())
                      .startsWith("AWS4-HMAC-SHA256 Credential=AKIAOFTHEAGENT/"));
      case MCP, MCP_NODE ->
          assertThat(tools.out().substring(before).lines())
              .isNotEmpty()
              .allMatch(line -> line.matches("(POST|GET|DELETE) /mcp Bearer .+"));
    }
    ClientPages.POD.measured(sdk, Column.GRANTED, "yes");
  }

  @ParameterizedTest
  @EnumSource
  void isToldThatACallWasDenied(Sdk sdk) throws Exception {
    var before = tools.out().length();
    var _ = services.asked();

    var error = catchThrowable(() -> sdk.run(agent(sdk), "forbidden", url(sdk)));

    assertThat(error).isInstanceOf(IOException.class);
    assertThat(services.asked()).isEmpty();
    assertThat(tools.out().substring(before)).doesNotContain("/admin");
    ClientPages.POD.measured(sdk, Column.REFUSED, refusal(sdk, error));
  }

  /// What the program sees of it: the problem with its reason, or less.
  private static String refusal(Sdk sdk, Throwable error) {
    var said = String.valueOf(error.getMessage());
    var reason = sdk == Sdk.BOTO3 ? "method_not_granted" : "path_not_granted";
    if (said.contains(reason)) {
      return said.contains("403") ? "403 and the problem" : "the problem";
    }
    return said.contains("403")
        ? "error: 403"
        : "error: " + said.strip().substring(said.strip().lastIndexOf(": ") + 2);
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENAI", "ANTHROPIC"})
  void hasEachTokenWhenItComes(Sdk sdk, @TempDir Path folder) throws Exception {
    source.clear();
    var url = "https://" + Neighbours.API + ":" + source.port() + path(sdk);
    try (var program = agent(sdk).start("stream", folder, sdk.words("stream", url))) {
      for (var event : beginning(sdk)) {
        source.send(event);
      }
      for (var number = 1; number <= PIECES; number++) {
        source.send(token(sdk, "token" + number));
        // The first one waits for the program to start.
        program.awaitOut(
            "(?m)^data: token" + number + "$", number == 1 ? STARTS_WITHIN : ARRIVES_WITHIN);
      }
      for (var event : end(sdk)) {
        source.send(event);
      }
      source.end();
      assertThat(program.awaitExit(STARTS_WITHIN)).as(program.log()).isZero();
      ClientPages.POD.measured(sdk, Column.STREAMED, "event by event");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENAI", "BOTO3"})
  void uploadsAFile(Sdk sdk) throws Exception {
    var _ = services.asked();

    var _ = sdk.run(agent(sdk), "upload", url(sdk), body.file().toString());

    var asked = services.asked();
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().bytes()).isGreaterThanOrEqualTo(Body.BYTES);
    if (sdk == Sdk.BOTO3) {
      assertThat(asked.getFirst().holds()).isIn(-1L, (long) Body.BYTES);
    }
    ClientPages.POD.measured(sdk, Column.UPLOADED, "yes");
  }

  @Test
  void saysItsVersion() throws Exception {
    for (var sdk : Sdk.values()) {
      ClientPages.POD.measured(sdk, Column.VERSION, sdk.version());
    }
  }

  /// With its keys and what its line names alone.
  private User agent(Sdk sdk) {
    return sdk.only(agent).with(KEYS).with("HOME", agent.variables().getOrDefault("HOME", "/"));
  }

  private String url(Sdk sdk) {
    var port = sdk == Sdk.MCP || sdk == Sdk.MCP_NODE ? MCP_PORT : peer.port();
    return "https://" + Neighbours.API + ":" + port + path(sdk);
  }

  private static String path(Sdk sdk) {
    return switch (sdk) {
      case OPENAI -> "/openai";
      case ANTHROPIC -> "/anthropic";
      case BOTO3 -> "/s3";
      case MCP, MCP_NODE -> "/mcp";
    };
  }

  /// The service's own events around the tokens.
  private static List<String> beginning(Sdk sdk) {
    return sdk == Sdk.ANTHROPIC
        ? List.of(
            named(
                "message_start",
                "\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"small\",\"content\":[],"
                    + "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}"),
            named(
                "content_block_start",
                "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"))
        : List.of();
  }

  private static String token(Sdk sdk, String text) {
    return sdk == Sdk.ANTHROPIC
        ? named(
            "content_block_delta",
            "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}")
        : "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"small\",\"choices\":[{\"index\":0,"
            + "\"delta\":{\"content\":\""
            + text
            + "\"},\"finish_reason\":null}]}";
  }

  private static List<String> end(Sdk sdk) {
    return sdk == Sdk.ANTHROPIC
        ? List.of(
            named("content_block_stop", "\"index\":0"),
            named(
                "message_delta",
                "\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":1}"),
            named("message_stop", "\"stop\":true"))
        : List.of("[DONE]");
  }

  /// An event with a name is one with one field more.
  private static String named(String name, String members) {
    return "{\"type\":\"" + name + "\"," + members + "}\nevent: " + name;
  }
}
