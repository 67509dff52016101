package dev.ambit.cluster.node;

import dev.ambit.cluster.machine.Node;
import java.io.Closeable;
import java.io.IOException;
import java.util.regex.Pattern;

/// Counts on the node what comes out of one pod, by where it goes.
record Watch(Node node) implements Closeable {
  /// What the kernel says to its neighbours, what answers those who dial in, and what a proxy needs
  /// does not count as escaped: Services, name server, API and issuer at their ports.
  private static final String RULES =
      """
      table inet watch {
        counter everything { }
        counter lookups { }
        counter escaped { }
        chain arrivals {
          type filter hook prerouting priority -150; policy accept;
          meta nfproto != ipv4 accept
          ip saddr != POD accept
          counter name everything
          udp dport 53 counter name lookups accept
          tcp dport 53 counter name lookups accept
          ct direction reply accept
          ip daddr 10.96.0.0/16 tcp dport { 443, 9443 } accept
          ip daddr OUTSIDE tcp dport API accept
          counter name escaped
        }
        chain arrivals6 {
          type filter hook prerouting priority -149; policy accept;
          iifname "cni0" meta nfproto ipv6 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept
          iifname "cni0" meta nfproto ipv6 counter name escaped
        }
      }
      """;

  private static final Pattern PACKETS = Pattern.compile("packets ([0-9]+)");

  /// Begins.
  static Watch over(Node node, String pod) throws IOException {
    var address =
        node.kubectl("get", "pod", pod, "-n", Site.AGENTS, "-o", "jsonpath={.status.podIP}").done();
    node.rules(
        RULES
            .replace("POD", address)
            .replace("OUTSIDE", node.outside().address())
            .replace("API", Integer.toString(node.outside().apiPort())));
    return new Watch(node);
  }

  /// Packets of the pod, wherever they go.
  long all() {
    return count("everything");
  }

  /// Packets to name servers.
  long lookups() {
    return count("lookups");
  }

  /// Packets that no proxy sends.
  long escaped() {
    return count("escaped");
  }

  private long count(String name) {
    var said = node.inside("nft", "list", "counter", "inet", "watch", name).done();
    var packets = PACKETS.matcher(said);
    if (!packets.find()) {
      throw new AssertionError("nft: " + said + " (expected: packets)");
    }
    return Long.parseLong(packets.group(1));
  }

  @Override
  public void close() {
    var _ = node.inside("nft", "delete", "table", "inet", "watch");
  }
}
