package dev.ambit.control.config;

/// One environment variable of the program.
enum Key implements Setting {
  PROXY_LISTEN("0.0.0.0:9443", "where proxies attach (mTLS with SVIDs)", Key.ADDRESS),
  WORKLOAD_LISTEN("0.0.0.0:8443", "where workloads call the API (mTLS with SVIDs)", Key.ADDRESS),
  PEOPLE_LISTEN("0.0.0.0:8444", "where people call the API (TLS and a token)", Key.ADDRESS),
  ADMIN_LISTEN("0.0.0.0:8090", "where /livez, /readyz and /metrics are (plain HTTP)", Key.ADDRESS),
  SPIFFE_SOCKET("", "Unix socket of the SPIFFE Workload API", Key.PATH),
  SPIFFE_PATIENCE("30s", "how long to wait for the first SVID", "duration, 1s to 10m"),
  DATABASE("", "file of the store, created 0600 if absent", Key.PATH),
  RESOURCES("", "folder with targets, providers, templates and policies as YAML", Key.PATH),
  KEYS_DIR("", "folder of the vault, signing and handle keys, created 0600 if absent", Key.PATH),
  ACCESS_DIR("", "folder that receives what the command line needs, its token too", "path or none"),
  LEASE("15s", "how long a proxy may act without fresh word", "duration, 1s to 30s"),
  HANDOVER("60s", "the same after SIGTERM, for a restart; 0s: no longer", "duration, 0s to 300s"),
  WORKLOADS("", "who may attach; none: own trust domain", "patterns of SPIFFE IDs, by comma"),
  KUBERNETES("off", "whether a cluster is asked: its own, else that of KUBECONFIG", "off or on"),
  KUBERNETES_NAMESPACE("", "namespace of the release", "name, required with on"),
  KUBERNETES_ACCESS("ambit-access", "ConfigMap by which a kubeconfig's holder knows it", "name"),
  TOKEN_AUDIENCE("ambit", "audience of the tokens that ServiceAccounts show", "text"),
  AGENT_ID(
      "",
      "who a pod's proxy is; none: /ns/{namespace}/sa/{service_account} of the trust domain",
      "SPIFFE ID with both in braces, or none"),
  OPERATORS("", "ServiceAccounts that operate it", "kubernetes:NS:NAME or groups, by comma"),
  LOG_LEVEL("INFO", "least level of what is logged on stderr", "ERROR, WARN, INFO, DEBUG or TRACE");

  private static final String ADDRESS = "ip:port, port 0: any";
  private static final String PATH = "path, required";

  static final String PREFIX = "AMBIT_CONTROL_";

  private final String usual;
  private final String meaning;
  private final String form;

  Key(String usual, String meaning, String form) {
    this.usual = usual;
    this.meaning = meaning;
    this.form = form;
  }

  @Override
  public String variable() {
    return PREFIX + name();
  }

  @Override
  public String usual() {
    return usual;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public String form() {
    return form;
  }
}
