package dev.ambit.control.config;

/// One environment variable of the program.
enum Key {
  PROXY_LISTEN("0.0.0.0:9443", "address and port where proxies attach (mTLS with SVIDs)"),
  WORKLOAD_LISTEN("0.0.0.0:8443", "address and port of the API for workloads (mTLS with SVIDs)"),
  PEOPLE_LISTEN("0.0.0.0:8444", "address and port of the API for people (TLS and a token)"),
  ADMIN_LISTEN("0.0.0.0:8090", "address and port of /livez, /readyz and /metrics (plain HTTP)"),
  SPIFFE_SOCKET("", "Unix socket of the SPIFFE Workload API; required"),
  SPIFFE_PATIENCE("30s", "how long to wait for the first SVID, 1s to 10m"),
  DATABASE("", "file of the store, created 0600 if absent; required"),
  RESOURCES("", "folder with targets, providers, templates and policies as YAML; required"),
  KEYS_DIR("", "folder of the vault, signing and handle keys, created 0600 if absent; required"),
  ACCESS_DIR("", "folder that receives the bootstrap token for the command line; empty: no token"),
  LEASE("15s", "how long a proxy may act without fresh word, 1s to 30s"),
  WORKLOADS("", "patterns of SPIFFE IDs that may attach, by comma; empty: own trust domain"),
  LOG_LEVEL("INFO", "ERROR, WARN, INFO, DEBUG or TRACE; of libraries only warnings are logged");

  static final String PREFIX = "AMBIT_CONTROL_";

  private final String usual;
  private final String meaning;

  Key(String usual, String meaning) {
    this.usual = usual;
    this.meaning = meaning;
  }

  /// As it stands in the environment.
  String variable() {
    return PREFIX + name();
  }

  String usual() {
    return usual;
  }

  String meaning() {
    return meaning;
  }
}
