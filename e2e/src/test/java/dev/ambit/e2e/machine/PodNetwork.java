package dev.ambit.e2e.machine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Pattern;

/// The network of a pod and the world outside of it, joined by one link with IPv4 and IPv6. The
/// world counts what comes over the link, whatever it is addressed to.
///
/// @param pod with a default route over the link
/// @param outside the other end
public record PodNetwork(Network pod, Network outside) implements Closeable {
  public static final String POD = "10.92.0.2";
  public static final String OUTSIDE = "10.92.0.1";
  public static final String OUTSIDE_6 = "fd92::1";
  private static final String POD_6 = "fd92::2";

  /// What the kernel itself says to its neighbours does not count.
  private static final String RECORDER =
      """
      table inet recorder {
        counter arrived { }
        chain arrivals {
          type filter hook prerouting priority -300; policy accept;
          iifname "pod0" icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept
          iifname "pod0" counter name arrived
        }
      }
      """;

  /// Makes both.
  public static PodNetwork open() throws IOException {
    return join(Network.bare(POD, OUTSIDE), Network.bare(OUTSIDE, OUTSIDE));
  }

  /// Joins two that have loopback alone.
  public static PodNetwork join(Network pod, Network outside) throws IOException {
    var network = new PodNetwork(pod, outside);
    pod.ip("link", "add", "eth0", "type", "veth", "peer", "name", "pod0", "netns", outside.name());
    outside.ip("address", "add", OUTSIDE + "/24", "dev", "pod0");
    outside.ip("address", "add", OUTSIDE_6 + "/64", "dev", "pod0", "nodad");
    outside.ip("link", "set", "pod0", "up");
    pod.ip("address", "add", POD + "/24", "dev", "eth0");
    pod.ip("address", "add", POD_6 + "/64", "dev", "eth0", "nodad");
    pod.ip("link", "set", "eth0", "up");
    pod.ip("route", "add", "default", "via", OUTSIDE);
    pod.ip("-6", "route", "add", "default", "via", OUTSIDE_6);
    var rules = Files.createTempFile("recorder", ".nft");
    try {
      Files.writeString(rules, RECORDER);
      User.ROOT.in(outside).run("nft", "-f", rules.toString()).done();
    } finally {
      Files.delete(rules);
    }
    return network;
  }

  /// How many packets have come out of the pod so far.
  public long arrived() {
    var said =
        User.ROOT.in(outside).run("nft", "list", "counter", "inet", "recorder", "arrived").done();
    var packets = Pattern.compile("packets ([0-9]+)").matcher(said);
    if (!packets.find()) {
      throw new AssertionError("nft: " + said + " (expected: packets)");
    }
    return Long.parseLong(packets.group(1));
  }

  /// Removes both, and the link with them.
  @Override
  public void close() throws IOException {
    pod.close();
    outside.close();
  }
}
