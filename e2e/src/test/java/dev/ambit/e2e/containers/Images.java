package dev.ambit.e2e.containers;

import dev.ambit.dev.machine.Ran;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The images as `./ambit images` makes them, but for the AOT caches, whose training has a test of
/// its own.
///
/// @param folder where the scripts that make them write down what they say
/// @param base the Debian that they are taken from; it has a shell and curl
record Images(Engine engine, Path folder, String base) {
  private static final String TAG = "e2e";
  static final String REDIRECT = "ambit-redirect:" + TAG;
  static final String CONTROL_PLANE = "ambit-control-plane:" + TAG;
  static final String PROXY = "ambit-proxy:" + TAG;
  static final List<String> ALL = List.of(REDIRECT, CONTROL_PLANE, PROXY);

  /// Builds what has changed.
  static Images build(Engine engine, Path folder) {
    var base = engine.run(folder, "deploy/images/base-build", List.of()).done().strip();
    var images = new Images(engine, folder, base);
    var _ = images.built().done();
    return images;
  }

  /// Builds them once more.
  ///
  /// @param options of `./ambit images`
  Ran built(String... options) {
    var words = new ArrayList<>(List.of("--base", base, "--tag", TAG, "--no-training"));
    words.addAll(List.of(options));
    return engine.run(folder, "deploy/images/images", words);
  }
}
