package dev.ambit.resources;

import java.util.List;

/// What came of reading a folder: a whole set, or everything that is wrong with it.
public sealed interface Reading {
  record Whole(ResourceSet set) implements Reading {}

  record Broken(List<Finding> findings) implements Reading {
    public Broken {
      findings = List.copyOf(findings);
    }
  }
}
