package dev.ambit.dev.demo;

import dev.ambit.dev.issuer.Endpoints;
import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.record.Ledger;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.WatchSessionRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// The first job, from its opening to the proof that its authority is gone. Its scenes are played
/// in the order in which they stand here.
final class HonestJob {
  private static final Duration CUT_MAX = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int AT_ONCE = 12;
  private static final int EVENTS = 5;

  private final Stage stage;
  private final Story story;
  private final Agent agent;
  private final Thief thief;
  private final InstantSource clock;
  private final Ledger issuer;
  private final Ledger upstream;
  private final int issuedFrom;
  private final Session session;
  private String token = "";
  private boolean goodBefore;
  private Instant closeAsked = Instant.EPOCH;
  private int streamMark;
  private long streamCall;
  private long streamConnection;

  HonestJob(Stage stage, Story story, Agent agent, Thief thief, InstantSource clock) {
    this.stage = stage;
    this.story = story;
    this.agent = agent;
    this.thief = thief;
    this.clock = clock;
    this.issuer = stage.issuerRecord();
    this.upstream = stage.upstreamRecord();
    this.issuedFrom = issuer.mark();
    this.session =
        stage.open(DemoResources.TEMPLATE, Map.of("week", "12"), "write the report of week 12");
  }

  Session session() {
    return session;
  }

  /// How many tokens the issuer gave out for this job.
  int tokensIssued() {
    return tokens().size();
  }

  Claim permit() throws IOException, InterruptedException {
    story.chapter("permit", "The agent reads what its session grants.");
    story.line("session", session.getId() + " of template " + session.getTemplate());
    var mark = upstream.mark();
    var answer = agent.get("/v1/items");
    story.line("agent", "GET " + stage.api("/v1/items") + " " + answer);
    var arrived = upstream.since(mark, "request");
    if (answer.status() != 200 || arrived.size() != 1) {
      return claim(
          "permit",
          false,
          "the agent's call " + answer + " and the upstream saw " + arrived.size() + " requests");
    }
    token = Thief.token(arrived.getFirst());
    story.line("agent sent", "Authorization: Bearer " + Agent.OWN_KEY);
    story.line("upstream saw", "Authorization: Bearer " + shown(token));
    var issue = about(token, "issue");
    var asked = about(token, "introspect");
    var byUpstream =
        asked.stream()
            .anyMatch(entry ->
                entry.text("client").equals("upstream") && entry.text("active").equals("true"));
    goodBefore = !token.isEmpty() && thief.replay(token) == 200 && thief.active(token);
    return claim(
        "permit",
        issue.size() == 1
            && issue.getFirst().text("client").equals("ambit")
            && byUpstream
            && !answer.tells(token)
            && !token.equals(Agent.OWN_KEY),
        "the upstream received a token that the issuer had made for the control plane ("
            + (issue.isEmpty() ? "no scope" : issue.getFirst().text("scope"))
            + ") in place of the agent's own key, and asked the issuer about it; the agent never saw it");
  }

  Claim denial() throws IOException, InterruptedException {
    story.chapter("denial", "The agent tries what nobody granted.");
    var mark = upstream.mark();
    var issued = issuer.since(issuedFrom, "issue").size();
    var deleted = agent.delete("/v1/items/1");
    story.line("agent", "DELETE /v1/items/1 " + deleted);
    var secrets = agent.get("/v1/secrets");
    story.line("agent", "GET /v1/secrets " + secrets);
    var arrived = upstream.since(mark, "request").size();
    story.line("upstream saw", arrived + " requests");
    return claim(
        "denial",
        arrived == 0
            && issuer.since(issuedFrom, "issue").size() == issued
            && deleted.status() == 403
            && secrets.status() == 403,
        "two calls out of scope got a readable 403; the upstream's record shows "
            + arrived
            + " of them, and the issuer made no token for them");
  }

  Claim budget() throws IOException, InterruptedException {
    story.chapter(
        "budget", AT_ONCE + " posts at once, where the grant allows " + DemoResources.POSTS + ".");
    var mark = upstream.mark();
    var answers = agent.postAtOnce("/v1/items", AT_ONCE);
    var through = answers.stream().filter(status -> status == 201).count();
    var refused = answers.stream().filter(status -> status == 429).count();
    story.line("agent", through + " answered 201, " + refused + " answered 429");
    var arrived =
        upstream.since(mark, "request").stream()
            .filter(entry -> entry.text("method").equals("POST"))
            .count();
    story.line("upstream saw", arrived + " posts");
    return claim(
        "budget",
        arrived == DemoResources.POSTS
            && through == DemoResources.POSTS
            && refused == AT_ONCE - DemoResources.POSTS,
        "of "
            + AT_ONCE
            + " posts sent at once exactly "
            + arrived
            + " are in the upstream's record");
  }

  Claim sessionEnd() throws IOException, InterruptedException {
    story.chapter("session_end", "The job is closed while the agent still reads a stream.");
    streamMark = upstream.mark();
    var stream = agent.follow("/v1/stream");
    awaitEvents(stream);
    var request =
        upstream.since(streamMark, "request").stream()
            .filter(entry -> entry.text("path").equals("/v1/stream"))
            .findFirst()
            .orElseThrow(() -> new NotShown("the stream did not reach the upstream"));
    streamCall = request.number("call");
    streamConnection = request.number("connection");
    story.line("agent", "reads /v1/stream, " + stream.events() + " events so far");
    closeAsked = clock.instant();
    var closing =
        stage
            .controlPlane()
            .closing()
            .closeSession(
                CloseSessionRequest.newBuilder()
                    .setSessionId(session.getId())
                    .setReason(CloseReason.CLOSE_REASON_COMPLETED)
                    .build())
            .getSession();
    var took = Duration.between(closeAsked, clock.instant()).toMillis();
    story.line("opener", "closes the session, told after " + took + " ms: " + state(closing));
    var mark = upstream.mark();
    var after = agent.get("/v1/items");
    story.line("agent", "GET /v1/items " + after);
    var arrived = upstream.since(mark, "request").size();
    return claim(
        "session_end",
        arrived == 0 && after.denied(),
        "after the end the agent's next call was refused ("
            + after.reason()
            + ") and the upstream's record shows "
            + arrived
            + " requests");
  }

  Claim streamCut() throws InterruptedException {
    story.chapter("stream_cut", "What was still running is cut.");
    var ended =
        upstream
            .await(
                streamMark,
                entry -> entry.is("stream_ended") && entry.number("call") == streamCall,
                PATIENCE)
            .orElseThrow(() -> new NotShown("the stream runs on at the upstream"));
    var gone =
        upstream
            .await(
                streamMark,
                entry -> entry.is("disconnected") && entry.number("connection") == streamConnection,
                PATIENCE)
            .orElseThrow(() -> new NotShown("the stream's connection stays open at the upstream"));
    var after = Duration.between(closeAsked, gone.at());
    story.line("upstream saw", "the connection go after " + ended.number("events") + " events");
    return claim(
        "stream_cut",
        ended.text("how").equals("cut") && !after.isNegative() && after.compareTo(CUT_MAX) <= 0,
        "the upstream lost the connection "
            + after.toMillis()
            + " ms after the close was asked for, after "
            + ended.number("events")
            + " events");
  }

  Claim deathProven() {
    story.chapter("death_proven", "Every credential of the job dies, and is seen dead.");
    var closed = untilClosed();
    var tokens = tokens();
    var dead = 0;
    for (var digest : tokens) {
      var history = new StringBuilder();
      for (var entry : issuer.since(issuedFrom)) {
        if (entry.text("token").equals(digest) && entry.text("client").startsWith("ambit")) {
          history.append(history.isEmpty() ? "" : ", ").append(told(entry));
        }
      }
      var killed = history.toString().matches("issued.*, active.*, revoked, (inactive(, )?)+");
      dead += killed ? 1 : 0;
      story.line("issuer saw", "token " + digest + ": " + history);
    }
    return claim(
        "death_proven",
        closed.getState() == SessionState.SESSION_STATE_CLOSED
            && !tokens.isEmpty()
            && dead == tokens.size(),
        dead
            + " of "
            + tokens.size()
            + " tokens: the issuer said active, was told to revoke, and then said inactive; only then was the session "
            + state(closed));
  }

  Claim replayRefused() throws IOException, InterruptedException {
    story.chapter(
        "replay_refused", "A thief who took the token from the upstream's own log tries it.");
    var mark = upstream.mark();
    var status = thief.replay(token);
    var active = thief.active(token);
    var recorded = upstream.since(mark, "answer");
    story.line("thief", "straight to the upstream with Bearer " + shown(token) + ": " + status);
    story.line("issuer said", "active: " + active);
    var goodText =
        goodBefore
            ? "the token had worked there while the session lived"
            : "the token never worked";
    return claim(
        "replay_refused",
        goodBefore
            && status == 401
            && !active
            && recorded.size() == 1
            && recorded.getFirst().number("status") == 401,
        goodText
            + "; now the issuer says active: "
            + active
            + " and the upstream's record shows "
            + status);
  }

  private void awaitEvents(Agent.Stream stream) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (stream.events() < EVENTS) {
      if (System.nanoTime() > end || stream.ended().isPresent()) {
        throw new NotShown(
            "the stream brought "
                + stream.events()
                + " events"
                + stream.ended().map(how -> " and " + how).orElse(""));
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private Session untilClosed() {
    var changes =
        stage
            .controlPlane()
            .watching()
            .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .watchSession(WatchSessionRequest.newBuilder().setSessionId(session.getId()).build());
    var seen = session;
    while (seen.getState() != SessionState.SESSION_STATE_CLOSED && changes.hasNext()) {
      seen = changes.next().getSession();
    }
    return seen;
  }

  /// Digests of the tokens that were issued for this job.
  private Set<String> tokens() {
    var tokens = new TreeSet<String>();
    issuer.since(issuedFrom, "issue").stream()
        .filter(entry -> entry.text("client").equals("ambit"))
        .forEach(entry -> tokens.add(entry.text("token")));
    return tokens;
  }

  private List<Entry> about(String token, String event) {
    var digest = Endpoints.digest(token);
    return issuer.since(issuedFrom, event).stream()
        .filter(entry -> entry.text("token").equals(digest))
        .toList();
  }

  private static String told(Entry entry) {
    return switch (entry.event()) {
      case "issue" -> "issued";
      case "revoke" -> "revoked";
      default -> entry.text("active").equals("true") ? "active" : "inactive";
    };
  }

  private static String state(Session session) {
    return session.getState().name().substring("SESSION_STATE_".length());
  }

  private static String shown(String token) {
    return token.length() < 8 ? "(none)" : token.substring(0, 6) + "…";
  }

  private static Claim claim(String name, boolean held, String evidence) {
    return new Claim(name, held, evidence);
  }
}
