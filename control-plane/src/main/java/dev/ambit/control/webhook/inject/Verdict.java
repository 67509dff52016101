package dev.ambit.control.webhook.inject;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;

/// What becomes of a pod that is to be created.
public sealed interface Verdict {
  /// It is created with these changes.
  ///
  /// @param patch operations of RFC 6902, none when the pod is as it should be
  /// @param warnings for whoever creates it
  record Injected(ArrayNode patch, List<String> warnings) implements Verdict {
    public Injected {
      warnings = List.copyOf(warnings);
    }
  }

  /// It is not created.
  ///
  /// @param problems each as `field: value (expected: …)`, at least one
  record Refused(List<String> problems) implements Verdict {
    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
