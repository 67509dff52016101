package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The command line program git, over https.
public record Git() implements Listed {
  @Override
  public String title() {
    return "git over https";
  }

  /// Tried only where no proxy is known.
  @Override
  public Setting proxy() {
    return Setting.by();
  }

  @Override
  public Setting trust() {
    return Setting.by("GIT_SSL_CAINFO");
  }

  @Override
  public boolean pinned() {
    return false;
  }

  /// Runs it to its end; returns what it printed. Throws IOException with its own words when it
  /// failed.
  public String run(User agent, String... words) throws IOException {
    var all = new ArrayList<>(List.of("git"));
    all.addAll(List.of(words));
    var ran = agent.run(all);
    if (ran.exit() != 0) {
      throw new IOException("git: exit code " + ran.exit() + ": " + ran.err());
    }
    return ran.out();
  }

  @Override
  public String version() throws IOException {
    return run(User.ROOT, "--version").strip().split(" ", 4)[2];
  }
}
