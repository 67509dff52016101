package dev.ambit.e2e.machine;

import dev.ambit.dev.machine.PodNetwork;
import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Pattern;

/// Counts in the world outside what comes out of a pod, whatever it is addressed to.
public record Recorder(PodNetwork network) {
  /// What the kernel itself says to its neighbours does not count.
  private static final String RULES =
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

  private static final Pattern PACKETS = Pattern.compile("packets ([0-9]+)");

  /// Begins.
  public static Recorder open(PodNetwork network) throws IOException {
    var rules = Files.createTempFile("recorder", ".nft");
    try {
      Files.writeString(rules, RULES);
      User.ROOT.in(network.outside()).run("nft", "-f", rules.toString()).done();
    } finally {
      Files.delete(rules);
    }
    return new Recorder(network);
  }

  /// How many packets have come so far.
  public long arrived() {
    var said =
        User.ROOT
            .in(network.outside())
            .run("nft", "list", "counter", "inet", "recorder", "arrived")
            .done();
    var packets = PACKETS.matcher(said);
    if (!packets.find()) {
      throw new AssertionError("nft: " + said + " (expected: packets)");
    }
    return Long.parseLong(packets.group(1));
  }
}
