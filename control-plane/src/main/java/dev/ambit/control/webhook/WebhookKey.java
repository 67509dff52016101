package dev.ambit.control.webhook;

import dev.ambit.control.config.Setting;

/// One environment variable of the webhook.
enum WebhookKey implements Setting {
  LISTEN("0.0.0.0:9444", "where the API server asks (TLS)", WebhookKey.ADDRESS),
  ADMIN_LISTEN(
      "0.0.0.0:8090", "where /livez, /readyz and /metrics are (plain HTTP)", WebhookKey.ADDRESS),
  INJECTION("", "file that says how pods are injected", WebhookKey.PATH),
  CERTIFICATES(
      "self-managed", "who looks after the certificate: itself, or files", "self-managed or files"),
  NAMESPACE("", "namespace of its Secret and its Lease", WebhookKey.SELF),
  SECRET("", "Secret that holds its authority; it makes it", WebhookKey.SELF),
  LEASE("", "Lease of the replica that renews the authority", WebhookKey.SELF),
  CONFIGURATION("", "MutatingWebhookConfiguration that must trust the authority", WebhookKey.SELF),
  SERVICE(
      "", "names or addresses that the API server asks for", "by comma, required: self-managed"),
  REPLICA("", "name of this replica, which holds the Lease", WebhookKey.SELF),
  CERTIFICATE("", "certificates in PEM, the server's first", WebhookKey.FILES),
  KEY("", "key of the first, PKCS #8 in PEM", WebhookKey.FILES),
  LINGER("5s", "how long it still answers after SIGTERM", "duration, 0s to 60s"),
  LOG_LEVEL("INFO", "least level of what is logged on stderr", "ERROR, WARN, INFO, DEBUG or TRACE");

  private static final String ADDRESS = "ip:port, port 0: any";
  private static final String PATH = "path, required";
  private static final String SELF = "name, required: self-managed";
  private static final String FILES = "path, required: files";

  static final String PREFIX = "AMBIT_WEBHOOK_";

  private final String usual;
  private final String meaning;
  private final String form;

  WebhookKey(String usual, String meaning, String form) {
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
