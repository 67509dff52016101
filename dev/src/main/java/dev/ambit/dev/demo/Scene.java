package dev.ambit.dev.demo;

import java.io.IOException;

/// What happens in one chapter. Returns what was seen; a promise that did not hold is a claim that
/// is not held, or [NotShown].
@FunctionalInterface
interface Scene {
  Claim play() throws IOException, InterruptedException;
}
