package dev.ambit.resources;

import java.util.Map;
import java.util.Optional;

/// How pods of a cluster are to be injected, as the file that the chart renders says it.
///
/// @param version of the release, shown in every injected pod
/// @param controlPlane where proxies attach, as `host:port`
/// @param controlPlaneId the SPIFFE ID that they must meet there
/// @param spireSocket the Workload API's socket on every node, an absolute path in a folder
/// @param csiDriver that brings the socket's folder into a pod; empty: it is mounted from the node
/// @param outboundExclusions whether a pod may ask for ports that are not redirected
/// @param redirect what the init container that redirects may use
/// @param profiles by name, with one named `default`
/// @param digest over the file's bytes, 16 hexadecimal digits
public record InjectionSettings(
    String version,
    Mode mode,
    Images images,
    String controlPlane,
    String controlPlaneId,
    String spireSocket,
    Optional<String> csiDriver,
    boolean outboundExclusions,
    Needs redirect,
    Map<String, Profile> profiles,
    String digest) {
  /// The profile of pods that name none.
  public static final String USUAL = "default";

  public InjectionSettings {
    profiles = Map.copyOf(profiles);
    if (!profiles.containsKey(USUAL)) {
      throw new IllegalArgumentException("profiles: none named default (expected: one)");
    }
  }

  /// How calls come to the proxy.
  public enum Mode {
    /// The kernel turns all of them to it.
    TRANSPARENT("transparent"),
    /// Clients are told of it by variables.
    EXPLICIT("explicit");

    private final String text;

    Mode(String text) {
      this.text = text;
    }

    /// As it stands in the file.
    public String text() {
      return text;
    }
  }

  /// What the two containers run, and when it is pulled.
  public record Images(String proxy, String redirect, String pullPolicy) {}

  /// What a container may use, as quantities of Kubernetes by the names of resources.
  public record Needs(Map<String, String> requests, Map<String, String> limits) {
    public Needs {
      requests = Map.copyOf(requests);
      limits = Map.copyOf(limits);
    }
  }

  /// What a pod chooses by its label.
  ///
  /// @param runAsUser whom containers run as that do not say it
  /// @param launch profile of the proxy: `small` or `fast`
  public record Profile(long runAsUser, String launch, Needs resources) {}
}
