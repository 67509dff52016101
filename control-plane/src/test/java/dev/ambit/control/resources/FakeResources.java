package dev.ambit.control.resources;

import dev.ambit.control.testing.FakeTemplate;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.HostPattern;
import dev.ambit.resources.Finding;
import dev.ambit.resources.Policy;
import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A folder of resources that a test changes: templates `solo`, `shared` (by-handle), `pod`, and
/// `strict`, which suspends after 20 denials within a minute and when `user` or `case_state`
/// changes.
public final class FakeResources {
  private int changes;
  private Reading reading = whole("1", new Policy(Duration.ofHours(8), List.of()));

  public CurrentResources read() {
    return switch (CurrentResources.read(source())) {
      case CurrentResources.Start.Ready(var ready) -> ready;
      case CurrentResources.Start.Broken(var findings) -> throw new AssertionError(findings);
    };
  }

  ResourceSource source() {
    return new ResourceSource() {
      @Override
      public String name() {
        return "resources";
      }

      @Override
      public Reading read() {
        return reading;
      }

      @Override
      public String fingerprint() {
        return Integer.toString(changes);
      }
    };
  }

  public void now(String digest, Policy policy) {
    changes++;
    reading = whole(digest, policy);
  }

  public void broken(Finding... findings) {
    changes++;
    reading = new Reading.Broken(List.of(findings));
  }

  public static Policy never(HostPattern host) {
    return new Policy(Duration.ofHours(8), List.of(host));
  }

  private static Reading whole(String digest, Policy policy) {
    var solo = FakeTemplate.exclusive("solo");
    var shared = FakeTemplate.exclusive("shared").byHandle();
    var pod = FakeTemplate.exclusive("pod").boundTo(Binding.POD);
    var strict =
        FakeTemplate.exclusive("strict")
            .suspending(20, Duration.ofMinutes(1))
            .suspendingOn("user", "case_state");
    return new Reading.Whole(
        new ResourceSet(
            digest,
            Map.of(),
            Map.of(),
            Map.of("solo", solo, "shared", shared, "pod", pod, "strict", strict),
            policy));
  }
}
