package dev.ambit.dev.machine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandleProxies;
import java.nio.file.Path;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntBiFunction;

/// The way of a thread into a network (`setns(2)`). There is none back: the thread is to end.
final class Entrance {
  private static final Linker LINKER = Linker.nativeLinker();

  @SuppressWarnings("unchecked") // Its arguments are those of the function.
  private static final ToIntBiFunction<MemorySegment, Integer> OPEN =
      function(
          ToIntBiFunction.class,
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

  private static final IntBinaryOperator SETNS =
      function(
          IntBinaryOperator.class,
          "setns",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final IntUnaryOperator CLOSE =
      function(
          IntUnaryOperator.class,
          "close",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final int READ_ONLY = 0;
  private static final int NETWORK = 0x4000_0000;

  private Entrance() {}

  @SuppressWarnings("restricted") // The signatures are those of the manual.
  private static <T> T function(Class<T> form, String name, FunctionDescriptor descriptor) {
    return MethodHandleProxies.asInterfaceInstance(
        form, LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor));
  }

  /// Moves the current thread, which must be a platform thread.
  static void enter(Path namespace) throws IOException {
    int entered;
    try (var arena = Arena.ofConfined()) {
      var file = OPEN.applyAsInt(arena.allocateFrom(namespace.toString()), READ_ONLY);
      entered = SETNS.applyAsInt(file, NETWORK);
      var _ = CLOSE.applyAsInt(file);
    }
    if (entered != 0) {
      throw new IOException(namespace + ": not entered (expected: a network, entered by root)");
    }
  }
}
