package dev.ambit.dev.process;

import java.io.IOException;
import java.io.InputStream;

/// Ends a child process when its parent is gone: the parent holds the other end of stdin, and even
/// `kill -9` closes that.
public final class Lifeline {
  /// System property that lets a child outlive its parent, for `--keep` and `ambit dev up`.
  static final String DETACHED = "ambit.dev.detached";

  private Lifeline() {}

  /// Call it first, on the thread of the child's main. A detached child outlives its parent; a
  /// child whose main fails ends in any case, whatever other threads it has begun.
  public static void hold() {
    Thread.currentThread().setUncaughtExceptionHandler(Lifeline::failed);
    if (Boolean.getBoolean(DETACHED)) {
      return;
    }
    Thread.ofPlatform().daemon().name("lifeline").start(() -> waitForEnd(System.in));
  }

  private static void failed(Thread main, Throwable cause) {
    System.err.println(main.getName() + " failed");
    cause.printStackTrace();
    Runtime.getRuntime().exit(1);
  }

  private static void waitForEnd(InputStream parent) {
    try {
      while (parent.read() >= 0) {
        // The parent never writes; only the end matters.
      }
    } catch (IOException _) {
      // As good as the end.
    }
    Runtime.getRuntime().exit(0);
  }
}
