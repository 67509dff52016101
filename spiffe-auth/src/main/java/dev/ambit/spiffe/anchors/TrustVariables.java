package dev.ambit.spiffe.anchors;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The variables by which clients are told whom to trust: the one list of them.
public final class TrustVariables {
  /// Options of a JVM: to be added to, not replaced.
  public static final String JAVA = "JAVA_TOOL_OPTIONS";

  /// Files with the public authorities and ours, each as some clients call it.
  private static final List<String> BUNDLE =
      List.of(
          "SSL_CERT_FILE",
          "REQUESTS_CA_BUNDLE",
          "CURL_CA_BUNDLE",
          "GIT_SSL_CAINFO",
          "AWS_CA_BUNDLE",
          "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
          "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
          "HTTPLIB2_CA_CERTS",
          "PIP_CERT",
          "CARGO_HTTP_CAINFO",
          "NIX_SSL_CERT_FILE",
          "npm_config_cafile",
          "PERL_LWP_SSL_CA_FILE",
          "HEX_CACERTS_PATH");

  /// Files with what is not public: these clients add it to their own. NODE_USE_SYSTEM_CA is not
  /// needed beside it, and a Node that is started with `--use-openssl-ca` ends at once where it is
  /// set.
  private static final List<String> OWN = List.of("NODE_EXTRA_CA_CERTS", "DENO_CERT");

  private TrustVariables() {}

  /// What to set, over whatever a client would inherit.
  ///
  /// @param javaOptions the JAVA_TOOL_OPTIONS it would inherit, kept in front of ours
  public static Map<String, String> of(TrustFolder trust, String javaOptions) {
    var variables = new LinkedHashMap<String, String>();
    BUNDLE.forEach(name -> variables.put(name, trust.bundle().toString()));
    variables.put("SSL_CERT_DIR", trust.directory().toString());
    OWN.forEach(name -> variables.put(name, trust.own().toString()));
    var java = javaStore(trust);
    variables.put(
        JAVA, javaOptions.endsWith(java) ? javaOptions : (javaOptions + " " + java).strip());
    return Map.copyOf(variables);
  }

  /// The JVM takes quotes away, and breaks at spaces outside of them.
  private static String javaStore(TrustFolder trust) {
    return "-Djavax.net.ssl.trustStoreType=PKCS12 \"-Djavax.net.ssl.trustStore="
        + trust.javaStore()
        + "\"";
  }
}
