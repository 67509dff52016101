package dev.ambit.control.publish;

/// The pod that a proxy runs in, as the API server confirms it; all empty outside of Kubernetes.
public record Place(String uid, String namespace, String name) {
  /// Outside of Kubernetes, or not known yet.
  public static final Place NONE = new Place("", "", "");
}
