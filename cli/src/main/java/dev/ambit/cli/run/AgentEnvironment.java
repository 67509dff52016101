package dev.ambit.cli.run;

import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The variables that make ordinary clients go through a proxy and trust it.
public final class AgentEnvironment {
  private static final List<String> PROXY = List.of("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY");

  private AgentEnvironment() {}

  /// What to set, over whatever the command would inherit.
  ///
  /// @param javaOptions the JAVA_TOOL_OPTIONS it would inherit, kept in front of ours
  public static Map<String, String> variables(
      InetSocketAddress proxy, TrustFolder trust, String javaOptions) {
    var variables = new LinkedHashMap<String, String>();
    var url = "http://" + proxy.getHostString() + ":" + proxy.getPort();
    for (var name : PROXY) {
      variables.put(name, url);
      variables.put(name.toLowerCase(Locale.ROOT), url);
    }
    // An inherited exception would be a way past the proxy.
    variables.put("NO_PROXY", "");
    variables.put("no_proxy", "");
    variables.put("NODE_USE_ENV_PROXY", "1");
    variables.putAll(TrustVariables.of(trust, (javaOptions + " " + javaProxy(proxy)).strip()));
    return variables;
  }

  private static String javaProxy(InetSocketAddress proxy) {
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
        + " -Dhttp.nonProxyHosts=";
  }
}
