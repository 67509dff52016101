package dev.ambit.e2e.spire;

import dev.ambit.e2e.machine.PodNetwork;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.e2e.machine.Ran;
import dev.ambit.e2e.machine.User;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a pod is to a kernel, without a cluster: a network of its own, whose traffic is turned to
/// the proxy's user, and proven to be, before anybody runs in it.
public record Pod(PodNetwork network) implements Closeable {
  /// Who may send. It has no capability.
  public static final User PROXY = User.of(2_112);

  public static final int CAPTURE_PORT = 15_001;
  public static final int DNS_PORT = 15_053;

  /// Makes it, as the init container does.
  public static Pod open() throws IOException {
    var pod = new Pod(PodNetwork.open());
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
    var command = new ArrayList<>(List.of(program()));
    command.addAll(List.of(words));
    return user.in(network.pod()).run(command);
  }

  private static String program() {
    return User.ROOT
        .with("HOME", System.getProperty("user.home"))
        .run(Programs.tree().resolve("deploy/redirect/redirect-build").toString())
        .done()
        .strip();
  }

  @Override
  public void close() throws IOException {
    network.close();
  }
}
