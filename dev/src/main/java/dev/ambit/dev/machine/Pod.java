package dev.ambit.dev.machine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a pod is to a kernel, without a cluster: a network of its own, whose traffic is turned to
/// the proxy's user, and proven to be, before anybody runs in it.
///
/// @param redirect the program `ambit-redirect`
public record Pod(PodNetwork network, Path redirect) implements Closeable {
  /// Who may send. It has no capability.
  public static final User PROXY = User.of(2_112);

  public static final int CAPTURE_PORT = 15_001;
  public static final int DNS_PORT = 15_053;

  /// Makes it, as the init container does.
  public static Pod open(Path redirect) throws IOException {
    var pod = new Pod(PodNetwork.open(), redirect);
    var whole = false;
    try {
      pod.redirect(User.ROOT, "install").done();
      whole = true;
      return pod;
    } finally {
      if (!whole) {
        pod.close();
      }
    }
  }

  /// Runs `ambit-redirect` in it.
  public Ran redirect(User user, String... words) {
    var command = new ArrayList<>(List.of(redirect.toString()));
    command.addAll(List.of(words));
    return user.in(network.pod()).run(command);
  }

  @Override
  public void close() {
    network.close();
  }
}
