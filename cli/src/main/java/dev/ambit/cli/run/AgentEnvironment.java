package dev.ambit.cli.run;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The variables that make ordinary clients go through a proxy and trust it, as they do in a pod.
public final class AgentEnvironment {
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

  /// Files with our authority alone: these clients add it to their own.
  private static final List<String> OWN = List.of("NODE_EXTRA_CA_CERTS", "DENO_CERT");

  private static final List<String> PROXY = List.of("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY");
  private static final String STORE_PASSWORD = "changeit";

  private AgentEnvironment() {}

  /// What to set, over whatever the command would inherit.
  ///
  /// @param javaStore a trust store made by [#javaStore]
  /// @param javaOptions the JAVA_TOOL_OPTIONS it would inherit, kept in front of ours
  public static Map<String, String> variables(
      InetSocketAddress proxy, Path trust, Path javaStore, String javaOptions) {
    var variables = new LinkedHashMap<String, String>();
    var url = "http://" + proxy.getHostString() + ":" + proxy.getPort();
    for (var name : PROXY) {
      variables.put(name, url);
      variables.put(name.toLowerCase(java.util.Locale.ROOT), url);
    }
    // An inherited exception would be a way past the proxy.
    variables.put("NO_PROXY", "");
    variables.put("no_proxy", "");
    BUNDLE.forEach(name -> variables.put(name, trust.resolve("bundle.pem").toString()));
    OWN.forEach(name -> variables.put(name, trust.resolve("ca.pem").toString()));
    variables.put("NODE_USE_ENV_PROXY", "1");
    variables.put("JAVA_TOOL_OPTIONS", (javaOptions + " " + javaOptions(proxy, javaStore)).strip());
    return variables;
  }

  private static String javaOptions(InetSocketAddress proxy, Path store) {
    var host = proxy.getHostString();
    var port = proxy.getPort();
    return "-Dhttp.proxyHost="
        + host
        + " -Dhttp.proxyPort="
        + port
        + " -Dhttps.proxyHost="
        + host
        + " -Dhttps.proxyPort="
        + port
        + " -Dhttp.nonProxyHosts="
        + " -Djavax.net.ssl.trustStore="
        + store
        + " -Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword="
        + STORE_PASSWORD;
  }

  /// Writes the authorities of a PEM file as a trust store for Java.
  public static void javaStore(Path bundle, Path store) throws IOException {
    try (var pem = Files.newInputStream(bundle);
        OutputStream out = Files.newOutputStream(store)) {
      var keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      var count = 0;
      for (var root : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        keys.setCertificateEntry("root-" + count++, root);
      }
      keys.store(out, STORE_PASSWORD.toCharArray());
    } catch (GeneralSecurityException unusable) {
      throw new IOException(bundle + ": " + unusable.getMessage(), unusable);
    }
  }
}
