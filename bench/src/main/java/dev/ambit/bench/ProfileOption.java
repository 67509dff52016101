package dev.ambit.bench;

import dev.ambit.bench.subject.Profile;
import picocli.CommandLine.Option;

/// Which launch profile is measured.
final class ProfileOption {
  @Option(
      names = "--profile",
      paramLabel = "NAME",
      defaultValue = "FAST",
      description = "Of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Profile profile = Profile.FAST;
}
