package dev.ambit.chaos.fault;

import java.io.IOException;
import java.util.Set;

/// F03: the SPIFFE authority is killed and started again, with new keys, so that identities and
/// bundles of everybody change at once.
record NoAuthority() implements Fault {
  @Override
  public String id() {
    return "F03";
  }

  @Override
  public String what() {
    return "SPIFFE authority killed (SIGKILL) and started again with new keys";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.IDENTITY, Hop.CONTROL);
  }

  @Override
  public void begin(Ground ground) {
    ground.site().authority().destroyForcibly();
  }

  @Override
  public void clear(Ground ground) throws IOException {
    if (!ground.site().authority().isAlive()) {
      ground.site().restartAuthority();
    }
  }
}
