package dev.ambit.cli.status;

import dev.ambit.cli.print.Item;
import dev.ambit.proto.v1.AttachedProxy;
import dev.ambit.proto.v1.GetStatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Holds the versions of proxies against that of their control plane, which serves its own minor
/// version and the one before. Pure.
final class Skew {
  private static final Pattern VERSION = Pattern.compile("([0-9]{1,6})\\.([0-9]{1,6})[.-].*");
  private static final String CHECK = "versions";

  private Skew() {}

  /// Nothing is said of programs that were built without a version.
  static List<Item> of(GetStatusResponse status) {
    var own = VERSION.matcher(status.getVersion());
    if (!own.matches()) {
      return List.of();
    }
    var older = new ArrayList<String>();
    var unserved = new ArrayList<String>();
    for (var proxy : status.getAttachedList()) {
      var other = VERSION.matcher(proxy.getProxyVersion());
      if (!other.matches() || proxy.getProxyVersion().equals(status.getVersion())) {
        continue;
      }
      var behind = Integer.parseInt(own.group(2)) - Integer.parseInt(other.group(2));
      var served = own.group(1).equals(other.group(1)) && (behind == 0 || behind == 1);
      (served ? older : unserved).add(name(proxy) + " (" + proxy.getProxyVersion() + ")");
    }
    var items = new ArrayList<Item>();
    if (!unserved.isEmpty()) {
      items.add(
          Item.wrong(
              CHECK,
              "the control plane is "
                  + status.getVersion()
                  + " and does not serve "
                  + String.join(", ", unserved),
              "it serves its own minor version and the one before: start those pods anew"));
    }
    if (!older.isEmpty()) {
      items.add(
          Item.note(
              CHECK,
              "the control plane is "
                  + status.getVersion()
                  + ", not so "
                  + String.join(", ", older),
              "served, and renewed when their pods are started anew"));
    }
    return items.isEmpty()
        ? List.of(Item.good(CHECK, "control plane and proxies are " + status.getVersion()))
        : items;
  }

  /// By its pod where it is in one.
  static String name(AttachedProxy proxy) {
    return proxy.getPod().isEmpty()
        ? proxy.getProxyId()
        : proxy.getNamespace() + "/" + proxy.getPod();
  }
}
