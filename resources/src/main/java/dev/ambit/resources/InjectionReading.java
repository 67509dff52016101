package dev.ambit.resources;

import java.util.List;

/// What reading the injection settings gave: all of them, or everything that is wrong.
public sealed interface InjectionReading {
  record Whole(InjectionSettings settings) implements InjectionReading {}

  record Broken(List<Finding> findings) implements InjectionReading {
    public Broken {
      findings = List.copyOf(findings);
    }
  }
}
