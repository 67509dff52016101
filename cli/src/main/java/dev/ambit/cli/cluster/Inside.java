package dev.ambit.cli.cluster;

import com.google.protobuf.ByteString;
import java.util.List;

/// Runs programs where a container's own programs run.
@FunctionalInterface
public interface Inside {
  /// How a shell, and a container runtime, say that there is no such program.
  List<Integer> NO_PROGRAM = List.of(-1, 126, 127);

  /// Runs one to its end, or for half a minute; without input. Its output is cut where it is long.
  Ran run(List<String> words);

  /// How one ended.
  ///
  /// @param exit one of [#NO_PROGRAM] also where it could not be started
  record Ran(int exit, ByteString out, String err) {
    /// Whether there is such a program.
    public boolean started() {
      return !NO_PROGRAM.contains(exit);
    }
  }
}
