package dev.ambit.chaos.fault;

import java.io.IOException;
import java.util.Set;

/// F01: the control plane is killed and started again on its store.
record KilledControlPlane() implements Fault {
  @Override
  public String id() {
    return "F01";
  }

  @Override
  public String what() {
    return "control plane killed (SIGKILL) and started again";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.CONTROL);
  }

  @Override
  public void begin(Ground ground) {
    ground.site().controlPlane().destroyForcibly();
  }

  @Override
  public void clear(Ground ground) throws IOException {
    if (!ground.site().controlPlane().isAlive()) {
      ground.site().restartControlPlane();
    }
  }
}
