package dev.ambit.e2e.spire;

import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Pod;
import dev.ambit.e2e.machine.Programs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Tests in one pod, in which the proxy runs as its own user, with its identity from a real SPIRE;
/// everybody else but the agent is outside.
@TestInstance(Lifecycle.PER_CLASS)
public abstract class PodTest {
  /// Closed behind the last test, last opened first.
  protected final Closing closing = new Closing();

  protected Pod pod;

  /// Before the tests open what they need outside.
  @BeforeAll
  void openPod() throws IOException {
    pod = closing.add(Pod.open(Programs.redirect()));
  }

  /// Starts all else.
  ///
  /// @param more YAML documents, of which the first begins with `---`
  protected Site openSite(Path folder, String more) throws IOException, InterruptedException {
    return closing.add(Site.openPod(folder, pod, more));
  }

  @AfterAll
  void closeAll() throws IOException {
    closing.close();
  }
}
