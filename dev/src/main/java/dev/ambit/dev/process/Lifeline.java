package dev.ambit.dev.process;

import java.io.IOException;
import java.io.InputStream;

/// Ends a child process when its parent is gone: the parent holds the other end of stdin, and even
/// `kill -9` closes that.
public final class Lifeline {
  /// System property that lets a child outlive its parent, for `--keep` and `ambit dev up`.
  static final String DETACHED = "ambit.dev.detached";

  private Lifeline() {}

  /// Call it first in the child's main. Does nothing in a detached child.
  public static void hold() {
    if (Boolean.getBoolean(DETACHED)) {
      return;
    }
    Thread.ofPlatform().daemon().name("lifeline").start(() -> waitForEnd(System.in));
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
