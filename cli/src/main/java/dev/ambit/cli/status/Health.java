package dev.ambit.cli.status;

import dev.ambit.cli.Durations;
import dev.ambit.cli.print.Item;
import dev.ambit.proto.v1.AttachedProxy;
import dev.ambit.proto.v1.GetStatusResponse;
import dev.ambit.proto.v1.ProviderHost;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// What a status says, judged: the one place that knows what is wrong about it and what to do.
/// Pure.
final class Health {
  /// While connected, a change is in force at a proxy within this time.
  private static final Duration BEHIND_MAX = Duration.ofSeconds(1);

  private Health() {}

  static List<Item> of(GetStatusResponse status) {
    var items = new ArrayList<Item>();
    items.add(resources(status));
    items.add(store(status));
    items.add(closures(status));
    items.add(suspended(status));
    items.add(audit(status));
    if (status.getProxies() == 0) {
      items.add(
          Item.note(
              "proxies",
              "no proxy is attached",
              "no session can make a call until its workload's proxy attaches"));
    }
    status.getAttachedList().forEach(proxy -> items.add(proxy(proxy)));
    status.getProviderHostsList().forEach(host -> items.add(provider(host)));
    return List.copyOf(items);
  }

  /// What is wrong with the folder of resources, each with its place.
  static List<Item> findings(GetStatusResponse status) {
    return status.getFindingsList().stream()
        .map(finding ->
            Item.wrong(
                "resources",
                finding.getFile()
                    + ":"
                    + finding.getLine()
                    + ": "
                    + finding.getKey()
                    + ": "
                    + finding.getMessage(),
                "mend the file; the folder is read again within a second"))
        .toList();
  }

  private static Item resources(GetStatusResponse status) {
    return status.getResourcesStale()
        ? Item.wrong(
            "resources",
            "the folder of resources holds a broken set, the last good one stays in force",
            "try it with: ambit envelope lint DIR")
        : Item.good("resources", "fresh, digest " + status.getResourcesDigest());
  }

  private static Item store(GetStatusResponse status) {
    return status.getGrantingLeases()
        ? Item.good("store", "read within the last second, leases are granted")
        : Item.wrong(
            "store",
            "no leases are granted: the store was not read within the last second",
            "see the log of the control plane; proxies stop within one lease");
  }

  private static Item closures(GetStatusResponse status) {
    if (status.getClosuresOverdue() > 0) {
      return Item.wrong(
          "closures",
          status.getClosuresOverdue()
              + " of "
              + status.getSessionsClosing()
              + " sessions are CLOSING for too long",
          "see: ambit session list --state closing");
    }
    return Item.good("closures", status.getSessionsClosing() + " under way, none overdue");
  }

  private static Item suspended(GetStatusResponse status) {
    var active = status.getSessionsActive() + " active";
    return status.getSessionsSuspended() > 0
        ? Item.note(
            "sessions",
            active + ", " + status.getSessionsSuspended() + " suspended",
            "see: ambit session list --state suspended; the opener resumes or closes them")
        : Item.good("sessions", active + ", none suspended");
  }

  private static Item audit(GetStatusResponse status) {
    return status.getAuditChainsBroken() > 0
        ? Item.wrong(
            "audit",
            "audit records were refused, " + status.getAuditChainsBroken() + " stretches of chains",
            "see the log of the control plane, and: ambit audit verify")
        : Item.good("audit", "no record was refused since the control plane started");
  }

  private static Item proxy(AttachedProxy proxy) {
    var who = proxy.getWorkload() + " (" + Skew.name(proxy) + ")";
    if (!proxy.hasLeaseLeft()) {
      return Item.wrong(
          "proxy", who + " has no lease, its calls are denied", "see the log of that proxy");
    }
    if (proxy.getSessionsRefused() > 0) {
      return Item.wrong(
          "proxy",
          who + " does not put " + proxy.getSessionsRefused() + " sessions in force",
          "see the log of that proxy; it may be older than the control plane");
    }
    if (proxy.hasBehind() && length(proxy.getBehind()).compareTo(BEHIND_MAX) > 0) {
      return Item.wrong(
          "proxy",
          who
              + " is at version "
              + proxy.getVersionInForce()
              + " of "
              + proxy.getVersionTold()
              + " for "
              + Durations.show(length(proxy.getBehind()).truncatedTo(ChronoUnit.SECONDS)),
          "see the log of that proxy, and whether its process has processor time");
    }
    return Item.good(
        "proxy",
        who
            + " at version "
            + proxy.getVersionInForce()
            + ", lease "
            + Durations.show(length(proxy.getLeaseLeft()).truncatedTo(ChronoUnit.SECONDS)));
  }

  private static Item provider(ProviderHost host) {
    var who = host.getProvider() + " at " + host.getHost();
    return host.getProblem().isEmpty()
        ? Item.good("provider", who + " can be reached and is vouched for")
        : Item.wrong(
            "provider",
            who + ": " + host.getProblem(),
            "see whether the control plane's machine can reach it, and the provider's roots");
  }

  private static Duration length(com.google.protobuf.Duration length) {
    return Duration.ofSeconds(length.getSeconds(), length.getNanos());
  }
}
