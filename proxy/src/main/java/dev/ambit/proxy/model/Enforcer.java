package dev.ambit.proxy.model;

/// Something that holds on to authority between calls (open streams, pooled connections,
/// credentials) and must let go of what a new image no longer permits. `control` calls every
/// enforcer on its loop before it acknowledges an image.
public interface Enforcer {
  /// Lets go of everything that `image` does not permit. When the lease is lost the image is
  /// [SessionImage#EMPTY]. When it returns, nothing more of it goes upstream.
  void enforce(SessionImage image);
}
