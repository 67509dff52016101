package dev.ambit.dev.demo;

import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// `curl` as it was installed, as a user of its own in a pod. It is told of no proxy: it looks a
/// name up and connects, as anywhere else.
final class PodAgent implements Agent {
  private static final User USER = User.of(2_113);
  private static final int NAME_UNKNOWN = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Pattern STATUS = Pattern.compile("HTTP/\\S+ ([0-9]{3})");
  private static final Pattern EVENT = Pattern.compile("(?m)^data:");

  private final Closing running = new Closing();
  private final Stage stage;
  private final User user;

  PodAgent(Stage stage, Pod pod) {
    this.stage = stage;
    var trust = new TrustFolder(stage.set().plan().trust());
    user = USER.in(pod.network().pod()).with(TrustVariables.of(trust, ""));
  }

  @Override
  public Answer get(String path) throws IOException {
    return ask(path);
  }

  @Override
  public Answer delete(String path) throws IOException {
    return ask(path, "-X", "DELETE");
  }

  private Answer ask(String path, String... options) throws IOException {
    var words = curl(path, options);
    words.addAll(List.of("-i", "-m", Long.toString(PATIENCE.toSeconds())));
    var ran = user.run(words);
    if (ran.exit() == NAME_UNKNOWN) {
      return Answer.NO_NAME;
    }
    var status = STATUS.matcher(ran.out());
    if (ran.exit() != 0 || !status.lookingAt()) {
      throw new IOException(ran.err().strip());
    }
    var body = ran.out().indexOf("\r\n\r\n") + 4;
    return new Answer(
        Integer.parseInt(status.group(1)), ran.out().substring(0, body), ran.out().substring(body));
  }

  @Override
  public List<Integer> postAtOnce(String path, int count) {
    var programs = IntStream.range(0, count).mapToObj(index -> post(path, index)).toList();
    return programs.stream().map(PodAgent::status).toList();
  }

  private Program post(String path, int index) {
    var words = curl(path, "-d", "paragraph " + index);
    words.addAll(List.of("-o", "/dev/null", "-w", "%{http_code}"));
    return start("post-" + index, words);
  }

  private static int status(Program post) {
    var _ = post.awaitExit(PATIENCE);
    return Integer.parseInt(post.out());
  }

  @Override
  public Stream follow(String path) {
    return new Followed(start("stream", curl(path, "-N")));
  }

  private Program start(String name, List<String> words) {
    return running.add(user.start(name, stage.set().plan().folder(), words));
  }

  /// A stream that is read by a program of its own.
  private record Followed(Program program) implements Stream {
    @Override
    public long events() {
      return EVENT.matcher(program.out()).results().count();
    }

    @Override
    public Optional<String> ended() {
      return program.runs() ? Optional.empty() : Optional.of("ended: " + program.log().strip());
    }
  }

  private List<String> curl(String path, String... options) {
    var words = new ArrayList<>(List.of("curl", "-sS", "-H", "Authorization: Bearer " + OWN_KEY));
    words.addAll(List.of(options));
    words.add(stage.api(path));
    return words;
  }

  @Override
  public void close() throws IOException {
    running.close();
  }
}
