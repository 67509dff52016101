package dev.ambit.dev.demo;

import dev.ambit.dev.issuer.Endpoints;
import dev.ambit.dev.peers.Thief;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.ClosureOutcome;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The second job: its issuer answers 200 to the revocation, and the token lives.
final class LyingJob {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /// How long the session is watched for a false CLOSED.
  private static final Duration STAYS = Duration.ofMillis(1_500);

  private static final int POLL_MILLIS = 25;

  private final Stage stage;
  private final Story story;
  private final Thief thief;

  LyingJob(Stage stage, Story story, Thief thief) {
    this.stage = stage;
    this.story = story;
    this.thief = thief;
  }

  Claim play() throws IOException, InterruptedException {
    story.chapter(
        "lying_issuer", "Another issuer answers 200 to the revocation, and the token lives.");
    var issued = stage.issuerRecord().mark();
    var mark = stage.upstreamRecord().mark();
    var session = stage.open(DemoResources.LYING_TEMPLATE, Map.of(), "meet an issuer that lies");
    read();
    var token =
        stage.upstreamRecord().since(mark, "request").stream()
            .findFirst()
            .map(Thief::token)
            .orElseThrow(() -> new NotShown("the call did not reach the upstream"));
    var _ =
        stage
            .controlPlane()
            .closing()
            .closeSession(
                CloseSessionRequest.newBuilder()
                    .setSessionId(session.getId())
                    .setReason(CloseReason.CLOSE_REASON_COMPLETED)
                    .build());
    var unproven = awaitUnproven(session);
    story.line("opener", "closes the session: " + outcome(unproven));
    var digest = Endpoints.digest(token);
    // Before it is asked to revoke, a credential is unproven, too.
    var lied =
        stage
            .issuerRecord()
            .await(
                issued,
                entry ->
                    entry.is("revoke")
                        && entry.text("token").equals(digest)
                        && entry.text("effect").equals("none"),
                PATIENCE)
            .isPresent();
    var active = thief.active(token);
    var status = thief.replay(token);
    story.line("issuer saw", "the revocation, answered 200" + (lied ? ", did nothing" : "?"));
    story.line("upstream saw", "the token again, answered " + status);
    TimeUnit.MILLISECONDS.sleep(STAYS.toMillis());
    var still = get(session);
    return new Claim(
        "lying_issuer",
        lied
            && active
            && status == 200
            && hasUnproven(still)
            && still.getState() == SessionState.SESSION_STATE_CLOSING
            && !still.getReceiptAvailable(),
        "the issuer answered 200 to the revocation and its own record says that the token lives (active: "
            + active
            + ", the upstream answers "
            + status
            + "); the session stays "
            + outcome(still)
            + ", without a receipt");
  }

  /// By an agent of its own: a connection belongs to the session it was first used for.
  private void read() throws IOException, InterruptedException {
    try (var agent = stage.agent()) {
      story.line("agent", "GET /v1/items " + agent.get("/v1/items"));
    }
  }

  private Session awaitUnproven(Session session) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    var seen = get(session);
    while (!hasUnproven(seen) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      seen = get(session);
    }
    return seen;
  }

  private Session get(Session session) {
    return stage
        .controlPlane()
        .sessions()
        .getSession(GetSessionRequest.newBuilder().setSessionId(session.getId()).build())
        .getSession();
  }

  private static boolean hasUnproven(Session session) {
    return session.getCredentialsList().stream()
        .anyMatch(credential -> credential.getOutcome() == ClosureOutcome.CLOSURE_OUTCOME_UNPROVEN);
  }

  private static String outcome(Session session) {
    return session.getState().name().substring("SESSION_STATE_".length())
        + (hasUnproven(session) ? " with a credential UNPROVEN" : "");
  }
}
