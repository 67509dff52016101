package dev.ambit.proxy.config;

import java.util.Locale;

/// The settings of the proxy: environment variables with this name behind `AMBIT_PROXY_`. The table
/// that `--help` prints.
public enum Key {
  SPIFFE_SOCKET("", "Unix socket of the SPIRE agent's Workload API", "unix:///path, required"),
  CONTROL_PLANE("", "where the control plane listens for proxies", "host:port, required"),
  CONTROL_PLANE_ID("", "identity that the control plane must have", "SPIFFE ID, required"),
  PRIVATE_DIR("", "folder that only the proxy can read: CA key, spool, identifier", Key.PATH),
  TRUST_DIR("", "folder the agent reads: ca.pem and etc/ssl/certs are written there", Key.PATH),
  EXTRA_ROOTS("", "authorities that agents trust as well; none: no others", Key.PEM),
  LISTEN("127.0.0.1:15002", "where agents reach the explicit proxy", "ip:port, port 0: any"),
  CAPTURE_PORT("", "where a redirect sends the pod's TCP; none: no capture", Key.PORT),
  AGENT_DNS_PORT("", "where a redirect sends the pod's DNS; none: no name server", Key.PORT),
  METRICS("0.0.0.0:15090", "where health and metrics are served", "ip:port, port 0: any"),
  SPOOL_BYTES("16777216", "bound of the audit spool", "bytes, 65536 to 1073741824"),
  DNS("", "name server for upstreams; none: those of the system", "ip:port or none"),
  RESERVED_ADDRESSES(
      "", "what only a target that names it exactly reaches: node, cluster", Key.IPS),
  IDENTITY_SECONDS("60", "how long to wait for the first identity", "seconds, 1 to 3600"),
  ISSUE_SECONDS("10", "how long a call waits for its credential", "seconds, 1 to 60"),
  DRAIN_SECONDS("25", "how long running calls may go on after SIGTERM", "seconds, 0 to 3600"),
  POD_UID("", "UID of the pod, in Kubernetes", "text, at most 64 characters"),
  POD_NAMESPACE("", "namespace of the pod, in Kubernetes", "text, at most 63 characters"),
  POD_NAME("", "name of the pod, in Kubernetes", "text, at most 253 characters"),
  LOG_LEVEL("INFO", "least level of what is logged on stderr", "ERROR, WARN, INFO, DEBUG or TRACE");

  private static final String PORT = "port on 127.0.0.1 and ::1, or none";
  private static final String IPS = "IP addresses, by comma, or none";
  private static final String PEM = "absolute path of PEM certificates, or none";
  private static final String PATH = "absolute path, required";

  static final String PREFIX = "AMBIT_PROXY_";

  private final String fallback;
  private final String says;
  private final String form;

  Key(String fallback, String says, String form) {
    this.fallback = fallback;
    this.says = says;
    this.form = form;
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
    var otherwise = fallback.isEmpty() ? "" : "; default: " + fallback;
    return String.format(Locale.ROOT, "  %-28s %s (%s%s)", variable(), says, form, otherwise);
  }

  /// One row of the table in docs/settings.md.
  String row() {
    var otherwise = fallback.isEmpty() ? "none" : "`" + fallback + "`";
    return "| `" + variable() + "` | " + says + " | " + form + " | " + otherwise + " |";
  }
}
