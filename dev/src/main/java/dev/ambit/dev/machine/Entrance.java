package dev.ambit.dev.machine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// The way of a thread into a network (`setns(2)`). There is none back: the thread is to end.
final class Entrance {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      function(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle SETNS =
      function(
          "setns",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final int READ_ONLY = 0;
  private static final int NETWORK = 0x4000_0000;

  private Entrance() {}

  @SuppressWarnings("restricted") // The signatures are those of the manual.
  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  /// Moves the current thread, which must be a platform thread.
  static void enter(Path namespace) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var file = (int) OPEN.invokeExact(arena.allocateFrom(namespace.toString()), READ_ONLY);
      var entered = (int) SETNS.invokeExact(file, NETWORK);
      var _ = (int) CLOSE.invokeExact(file);
      if (entered != 0) {
        throw new IOException(namespace + ": not entered (expected: a network, entered by root)");
      }
    } catch (IOException refused) {
      throw refused;
    } catch (Throwable impossible) { // invokeExact declares it
      throw new AssertionError(impossible);
    }
  }
}
