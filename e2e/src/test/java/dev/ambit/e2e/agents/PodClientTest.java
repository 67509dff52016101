package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ambit.dev.machine.Shown;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Ledger;
import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.clients.Git;
import dev.ambit.e2e.clients.Tools;
import dev.ambit.e2e.spire.Neighbours;
import dev.ambit.e2e.spire.PodTest;
import dev.ambit.e2e.spire.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that know of no proxy at all, in a pod: every call is judged, and they are understood
/// and answered. All that they are told is whom to trust.
class PodClientTest extends PodTest {
  private static final String RESOURCES =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: notes }
      spec:
        hosts: [HOST]
        ports: [NOTES_PORT]
        protocol: http
        addresses: { cidrs: ["ADDRESS/32"] }
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: events }
      spec:
        hosts: [HOST]
        ports: [EVENTS_PORT]
        protocol: https
        addresses: { cidrs: ["ADDRESS/32"] }
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: feed }
      spec:
        hosts: [HOST]
        ports: [FEED_PORT]
        protocol: websocket
        addresses: { cidrs: ["ADDRESS/32"] }
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: clear-feed }
      spec:
        hosts: [HOST]
        ports: [CLEAR_PORT]
        protocol: http
        addresses: { cidrs: ["ADDRESS/32"] }
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: git }
      spec:
        hosts: [HOST]
        ports: [GIT_PORT]
        protocol: https
        addresses: { cidrs: ["ADDRESS/32"] }
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: clients }
      spec:
        openers: [bootstrap]
        workloads: ["REPORTER"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000 }
        grants:
          - { name: notes, target: notes, methods: [GET], paths: ["/notes/{id}"] }
          - { name: events, target: events, methods: [GET], paths: ["/events"] }
          - name: feed
            target: feed
            websocket: { paths: ["/feed"] }
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
          - { name: clear-feed, target: clear-feed, websocket: { paths: ["/feed"] } }
          - name: refs
            target: git
            methods: [GET]
            paths: ["/git/work.git/info/refs", "/git/library.git/info/refs"]
          - name: fetch
            target: git
            methods: [POST]
            paths: ["/git/work.git/git-upload-pack", "/git/library.git/git-upload-pack"]
          - { name: push, target: git, methods: [POST], paths: ["/git/work.git/git-receive-pack"] }
          - name: items
            target: api
            methods: [GET]
            paths: ["/v1/items/{id}", "/v1/download"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
          - name: uploads
            target: api
            methods: [POST]
            paths: ["/v1/upload"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:write"] } }
      """;

  private Notes plain;
  private EventSource source;
  private EchoSockets sockets;
  private GitRepositories repositories;
  private HttpsPeer git;
  private Site site;
  private User agent;
  private Body body;
  private String session = "";

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    var outside = pod.network().outside();
    var address = InetAddress.getByName(outside.address());
    plain = outside.inside(() -> new Notes(address));
    closing.add(plain::close);
    source = outside.inside(() -> new EventSource(address, "/events"));
    closing.add(source::close);
    sockets = outside.inside(() -> new EchoSockets(address));
    closing.add(sockets::close);
    repositories = new GitRepositories("/git", Files.createDirectory(folder.resolve("git")));
    git = outside.inside(() -> new HttpsPeer(address).with("/git", repositories));
    closing.add(git::close);
    site = openSite(folder, resources(outside.address()));
    source.serve(site.neighbours().file("api.pem"), site.neighbours().file("api.key"));
    sockets.serve(site.neighbours().file("api.pem"), site.neighbours().file("api.key"));
    git.serve(site.neighbours().file("api.pem"), site.neighbours().file("api.key"));
    var shown = Shown.in(pod.network().pod(), folder.resolve("shown"), Tools.folders());
    agent = site.unaware().seeing(shown);
    assertThat(agent.variables().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    body = Body.write(site.scratch("bodies").resolve("body"));
  }

  private String resources(String address) {
    return RESOURCES
        .replace("HOST", Neighbours.API)
        .replace("ADDRESS", address)
        .replace("NOTES_PORT", Integer.toString(plain.port()))
        .replace("EVENTS_PORT", Integer.toString(source.port()))
        .replace("FEED_PORT", Integer.toString(sockets.port()))
        .replace("CLEAR_PORT", Integer.toString(sockets.clearPort()))
        .replace("GIT_PORT", Integer.toString(git.port()))
        .replace("REPORTER", Site.REPORTER);
  }

  private String session() throws IOException {
    if (session.isEmpty()) {
      session = site.openSession("clients");
    }
    return session;
  }

  private User agent() throws IOException {
    var _ = session();
    return agent;
  }

  private void closeSession() throws IOException {
    var closed = site.ambit("session", "close", session, "-o", "json");
    assertThat(closed).contains("CLOSED");
    session = "";
  }

  @Nested
  class Calls extends CallTrials {
    @Override
    User agent() throws IOException {
      return PodClientTest.this.agent();
    }

    @Override
    String sessionId() throws IOException {
      return session();
    }

    @Override
    String api(String path) {
      return site.neighbours().api(path);
    }

    @Override
    String notes(String path) {
      return "http://" + Neighbours.API + ":" + plain.port() + path;
    }

    @Override
    Ledger upstream() {
      return site.neighbours().upstream();
    }

    @Override
    Ledger issuer() {
      return site.neighbours().issuer();
    }

    @Override
    Notes plain() {
      return plain;
    }

    @Override
    Body body() {
      return body;
    }

    @Override
    ClientPage page() {
      return ClientPages.POD;
    }

    @Override
    String spokenInClear(Client client, User agent) {
      return "yes";
    }

    @ParameterizedTest
    @EnumSource
    void findsNoNameThatNobodyGranted(Client client) throws Exception {
      var agent = agent();
      var seen = Seen.unknownName(() -> client.send(agent, "GET", "https://elsewhere.test/"));
      assertThat(site.neighbours().lookups()).doesNotContain("elsewhere");
      page().measured(client, Column.NAME, seen);
    }
  }

  /// A developer's work with repositories.
  @Nested
  class Repositories {
    private final Git client = new Git();
    private User agent;
    private Path clone;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
      // As a home has it: whose work it is, and nothing about any proxy.
      agent =
          client
              .only(PodClientTest.this.agent())
              .with("HOME", site.scratch("home").toString())
              .with("GIT_AUTHOR_NAME", "agent")
              .with("GIT_AUTHOR_EMAIL", "agent@acme.test")
              .with("GIT_COMMITTER_NAME", "agent")
              .with("GIT_COMMITTER_EMAIL", "agent@acme.test");
      clone = site.scratch("clones").resolve(folder.getFileName());
    }

    @Test
    void areClonedAndPushedTo() throws Exception {
      repositories.add("work.git");
      client.run(agent, "clone", "-q", url("work.git"), clone.toString());
      ClientPages.POD.measured(client, Column.GRANTED, "yes");

      push();

      assertThat(repositories.object("work.git", "body"))
          .isEqualTo(client.run(User.ROOT, "hash-object", body.file().toString()).strip());
      ClientPages.POD.measured(client, Column.UPLOADED, repositories.lastFraming());
    }

    @Test
    void areNotClonedWhereThatIsNotGranted() throws Exception {
      repositories.add("secret.git");
      assertRefused(
          Column.REFUSED, () -> client.run(agent, "clone", url("secret.git"), clone.toString()));
      assertThat(clone).doesNotExist();
      assertThat(repositories.asked()).noneMatch(call -> call.contains("secret"));
    }

    @Test
    void areNotPushedToWhereReadingAloneIsGranted() throws Exception {
      repositories.add("library.git");
      client.run(agent, "clone", "-q", url("library.git"), clone.toString());
      assertRefused(Column.UPLOAD_REFUSED, this::push);
      assertThat(repositories.asked())
          .contains("POST /git/library.git/git-upload-pack")
          .doesNotContain("POST /git/library.git/git-receive-pack");
    }

    @Test
    void areNotFoundUnderANameThatNobodyGranted() throws Exception {
      var elsewhere = "https://elsewhere.test/git/work.git";
      var error = catchThrowable(() -> client.run(agent, "clone", elsewhere, clone.toString()));
      assertThat(error).isInstanceOf(IOException.class);
      ClientPages.POD.measured(client, Column.NAME, Seen.noSuchName(error));
    }

    private void push() throws IOException {
      var work = clone.toString();
      agent.run("cp", body.file().toString(), clone.resolve("body").toString()).done();
      client.run(agent, "-C", work, "add", "body");
      client.run(agent, "-C", work, "commit", "-q", "-m", "add a file");
      client.run(agent, "-C", work, "push", "-q");
    }

    private void assertRefused(Column column, ThrowingCallable call) throws IOException {
      var error = catchThrowable(call);
      assertThat(error).isInstanceOf(IOException.class);
      ClientPages.POD.measured(client, column, Seen.words(error, "not granted"));
    }

    private String url(String repository) {
      return "https://" + Neighbours.API + ":" + git.port() + "/git/" + repository;
    }
  }

  @Nested
  class Streams extends StreamTrials {
    @Override
    User agent() throws IOException {
      return PodClientTest.this.agent();
    }

    @Override
    void closeSession() throws IOException {
      PodClientTest.this.closeSession();
    }

    @Override
    EventSource source() {
      return source;
    }

    @Override
    String url() {
      return "https://" + Neighbours.API + ":" + source.port() + "/events";
    }

    @Override
    ClientPage page() {
      return ClientPages.POD;
    }
  }

  @Nested
  class Sockets extends SocketTrials {
    @Override
    User agent() throws IOException {
      return PodClientTest.this.agent();
    }

    @Override
    void closeSession() throws IOException {
      PodClientTest.this.closeSession();
    }

    @Override
    EchoSockets source() {
      return sockets;
    }

    @Override
    String host() {
      return Neighbours.API;
    }
  }
}
