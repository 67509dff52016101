package dev.ambit.dev.machine;

import java.io.Closeable;
import java.io.IOException;

/// The network of a pod and the world outside of it, joined by one link with IPv4 and IPv6.
///
/// @param pod with a default route over the link
/// @param outside the other end
public record PodNetwork(Network pod, Network outside) implements Closeable {
  public static final String POD = "10.92.0.2";
  public static final String OUTSIDE = "10.92.0.1";
  public static final String OUTSIDE_6 = "fd92::1";
  private static final String POD_6 = "fd92::2";

  /// Makes both.
  public static PodNetwork open() throws IOException {
    return join(Network.bare(POD, OUTSIDE), Network.bare(OUTSIDE, OUTSIDE));
  }

  /// Joins two that have loopback alone.
  public static PodNetwork join(Network pod, Network outside) {
    var end = Long.toString(outside.pid());
    pod.ip("link", "add", "eth0", "type", "veth", "peer", "name", "pod0", "netns", end);
    outside.ip("address", "add", OUTSIDE + "/24", "dev", "pod0");
    outside.ip("address", "add", OUTSIDE_6 + "/64", "dev", "pod0", "nodad");
    outside.ip("link", "set", "pod0", "up");
    pod.ip("address", "add", POD + "/24", "dev", "eth0");
    pod.ip("address", "add", POD_6 + "/64", "dev", "eth0", "nodad");
    pod.ip("link", "set", "eth0", "up");
    pod.ip("route", "add", "default", "via", OUTSIDE);
    pod.ip("-6", "route", "add", "default", "via", OUTSIDE_6);
    return new PodNetwork(pod, outside);
  }

  /// Lets go of both, and of the link with them.
  @Override
  public void close() {
    pod.close();
    outside.close();
  }
}
