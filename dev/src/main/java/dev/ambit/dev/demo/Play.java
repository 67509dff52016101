package dev.ambit.dev.demo;

import dev.ambit.cli.Failure;
import dev.ambit.dev.peers.Thief;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/// All chapters in their order. Whatever goes wrong in one is that claim's evidence; the others are
/// played all the same.
final class Play {
  private final Story story;
  private final List<Claim> claims = new ArrayList<>();

  Play(Story story) {
    this.story = story;
  }

  List<Claim> on(Stage stage, InstantSource clock) throws IOException, InterruptedException {
    var receipt = new ReceiptScene(stage, story);
    try (var agent = stage.agent();
        var thief = new Thief(stage.peers())) {
      var job = new HonestJob(stage, story, agent, thief, clock);
      var lying = new LyingJob(stage, story, thief);
      scene("permit", job::permit);
      scene("denial", job::denial);
      scene("budget", job::budget);
      scene("session_end", job::sessionEnd);
      scene("stream_cut", job::streamCut);
      scene("death_proven", job::deathProven);
      scene("replay_refused", job::replayRefused);
      scene("lying_issuer", lying::play);
      scene("receipt", () -> receipt.play(job));
    }
    return List.copyOf(claims);
  }

  private void scene(String name, Scene scene) throws InterruptedException {
    var claim = played(name, scene);
    story.verdict(claim);
    claims.add(claim);
  }

  private static Claim played(String name, Scene scene) throws InterruptedException {
    try {
      return scene.play();
    } catch (NotShown
        | Failure
        | StatusRuntimeException
        | CompletionException
        | UncheckedIOException
        | IOException failed) {
      return new Claim(name, false, "not shown: " + failed.getMessage());
    }
  }
}
