package dev.ambit.control.webhook.inject;

import java.util.List;

/// What is called how in an injected pod: policies, SPIRE entries and people rely on it.
final class Names {
  static final String REDIRECT = "ambit-redirect";
  static final String PROXY = "ambit-proxy";
  static final List<String> CONTAINERS = List.of(REDIRECT, PROXY);

  static final String PRIVATE = "ambit-private";
  static final String TRUST = "ambit-trust";
  static final String SPIFFE = "ambit-spiffe";
  static final List<String> VOLUMES = List.of(PRIVATE, TRUST, SPIFFE);

  static final String PREFIX = "ambit.dev/";
  static final String INJECTED = PREFIX + "injected";
  static final String PROFILE = PREFIX + "profile";
  static final String STATUS = PREFIX + "status";
  static final String CPU_REQUEST = PREFIX + "proxy-cpu-request";
  static final String CPU_LIMIT = PREFIX + "proxy-cpu-limit";
  static final String MEMORY_REQUEST = PREFIX + "proxy-memory-request";
  static final String MEMORY_LIMIT = PREFIX + "proxy-memory-limit";
  static final String EXCLUDED_PORTS = PREFIX + "exclude-outbound-ports";

  static final List<String> LABELS = List.of(PROFILE, INJECTED);
  static final List<String> ANNOTATIONS =
      List.of(
          STATUS,
          CPU_REQUEST,
          CPU_LIMIT,
          MEMORY_REQUEST,
          MEMORY_LIMIT,
          EXCLUDED_PORTS,
          PREFIX + "session-template",
          PREFIX + "session-parameters",
          PREFIX + "receipt");

  /// Whom the proxy runs as. The rules of the kernel let this user out, so nobody else may be it.
  static final long PROXY_UID = 2112;

  /// Whom the redirect runs as.
  static final long REDIRECT_UID = 65_534;

  private Names() {}
}
