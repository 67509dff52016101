package dev.ambit.proxy.config;

import java.util.Locale;

/// The settings of the proxy: environment variables with this name behind `AMBIT_PROXY_`. The table
/// that `--help` prints.
public enum Key {
  SPIFFE_SOCKET("", "Unix socket of the SPIRE agent's Workload API, as unix:///path (required)"),
  CONTROL_PLANE("", "where the control plane listens for proxies, as host:port (required)"),
  CONTROL_PLANE_ID("", "SPIFFE ID that the control plane must have (required)"),
  PRIVATE_DIR(
      "", "folder that only the proxy can read: CA key, audit spool, identifier (required)"),
  TRUST_DIR("", "folder the agent reads: ca.pem and bundle.pem are written there (required)"),
  LISTEN("127.0.0.1:15002", "where agents reach the explicit proxy, as ip:port; port 0: any"),
  METRICS("0.0.0.0:15090", "where health and metrics are served, as ip:port; port 0: any"),
  SPOOL_BYTES("16777216", "bound of the audit spool in bytes, 65536 to 1073741824"),
  DNS("", "name server for upstreams, as ip:port; empty: those of the system"),
  IDENTITY_SECONDS("60", "how long to wait for the first identity, 1 to 3600"),
  ISSUE_SECONDS("10", "how long a call waits for its credential, 1 to 60"),
  DRAIN_SECONDS("25", "how long running calls may go on after SIGTERM, 0 to 3600"),
  POD_UID("", "UID of the pod, in Kubernetes"),
  POD_NAMESPACE("", "namespace of the pod, in Kubernetes"),
  POD_NAME("", "name of the pod, in Kubernetes"),
  LOG_LEVEL("INFO", "ERROR, WARN, INFO, DEBUG or TRACE");

  static final String PREFIX = "AMBIT_PROXY_";

  private final String fallback;
  private final String says;

  Key(String fallback, String says) {
    this.fallback = fallback;
    this.says = says;
  }

  /// The name of the environment variable.
  public String variable() {
    return PREFIX + name();
  }

  String fallback() {
    return fallback;
  }

  /// One line of the table.
  public String line() {
    var otherwise = fallback.isEmpty() ? "" : " (default: " + fallback + ")";
    return String.format(Locale.ROOT, "  %-28s %s%s", variable(), says, otherwise);
  }
}
