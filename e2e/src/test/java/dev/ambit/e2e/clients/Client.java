package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.file.Path;

/// An unmodified client as an agent, and all that its users do to it so that it works in a pod.
// Settings are copied and agents hold nothing that changes; Error Prone asks for annotations of its
// own to believe that.
@SuppressWarnings("ImmutableEnumChecker")
public enum Client implements Listed {
  CURL(
      "curl",
      Setting.by("HTTPS_PROXY", "http_proxy"),
      Setting.by("CURL_CA_BUNDLE"),
      false,
      new Curl()),
  WGET(
      "wget, on GnuTLS",
      Setting.by("https_proxy", "http_proxy"),
      Setting.by("SSL_CERT_FILE").and("given to it as `--ca-certificate`"),
      false,
      new Wget()),
  REQUESTS(
      "Python requests",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY"),
      Setting.by("REQUESTS_CA_BUNDLE"),
      true,
      new Program(() -> Tools.python("with_requests.py"))),
  HTTPX(
      "Python httpx",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY"),
      Setting.by("SSL_CERT_FILE"),
      true,
      new Program(() -> Tools.python("with_httpx.py"))),
  AIOHTTP(
      "Python aiohttp",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY").and("`ClientSession(trust_env=True)`"),
      Setting.by("SSL_CERT_FILE"),
      true,
      new Program(() -> Tools.python("with_aiohttp.py"))),
  URLLIB(
      "Python urllib",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY"),
      Setting.by("SSL_CERT_FILE"),
      false,
      new Program(() -> Tools.python("with_urllib.py"))),
  NODE_FETCH(
      "Node 24 fetch",
      Setting.by("NODE_USE_ENV_PROXY", "HTTPS_PROXY", "HTTP_PROXY"),
      Setting.by("NODE_EXTRA_CA_CERTS"),
      true,
      new Program(() -> Tools.node("node-24", "with_fetch.js"))),
  NODE_20_FETCH(
      "Node 20 fetch",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY")
          .and("undici 7: `setGlobalDispatcher(new EnvHttpProxyAgent())`"),
      Setting.by("NODE_EXTRA_CA_CERTS"),
      true,
      new Program(() -> Tools.node("node-20", "with_fetch.js", "env_proxy.js"))),
  UNDICI(
      "undici 8 request",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY").and("`dispatcher: new EnvHttpProxyAgent()`"),
      Setting.by("NODE_EXTRA_CA_CERTS"),
      true,
      new Program(() -> Tools.node("node-24", "with_undici.js"))),
  AXIOS(
      "axios on Node 24",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY"),
      Setting.by("NODE_EXTRA_CA_CERTS"),
      true,
      new Program(() -> Tools.node("node-24", "with_axios.js"))),
  AXIOS_BEFORE_1_16(
      "axios before 1.16 on Node 20",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY"),
      Setting.by("NODE_EXTRA_CA_CERTS"),
      true,
      new Program(() -> Tools.node("node-20", "with_axios_before_1_16.js"))),
  AXIOS_BEFORE_1_16_NODE_24(
      "axios before 1.16 on Node 24",
      Setting.by("NODE_USE_ENV_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
          .and("`axios.defaults.proxy = false`"),
      Setting.by("NODE_EXTRA_CA_CERTS"),
      true,
      new Program(() ->
          Tools.node("node-24", "with_axios_before_1_16.js", "axios_leaves_proxies_to_node.js"))),
  GO(
      "Go net/http",
      Setting.by("HTTPS_PROXY", "HTTP_PROXY"),
      Setting.by("SSL_CERT_FILE"),
      false,
      new Program(Tools::go)),
  JAVA_HTTP_CLIENT(
      "Java HttpClient",
      Setting.by("JAVA_TOOL_OPTIONS").and("as `-Dhttps.proxyHost`, `-Dhttps.proxyPort` and so on"),
      Setting.by("JAVA_TOOL_OPTIONS").and("as `-Djavax.net.ssl.trustStore`"),
      false,
      new Program(() -> Tools.java(HttpClientMain.class))),
  OKHTTP(
      "OkHttp",
      Setting.by("JAVA_TOOL_OPTIONS").and("as `-Dhttps.proxyHost`, `-Dhttps.proxyPort` and so on"),
      Setting.by("JAVA_TOOL_OPTIONS").and("as `-Djavax.net.ssl.trustStore`"),
      true,
      new Program(() -> Tools.java(OkHttpMain.class)));

  private final String title;
  private final Setting proxy;
  private final Setting trust;
  private final boolean pinned;
  private final Agent program;

  Client(String title, Setting proxy, Setting trust, boolean pinned, Agent program) {
    this.title = title;
    this.proxy = proxy;
    this.trust = trust;
    this.pinned = pinned;
    this.program = program;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public Setting proxy() {
    return proxy;
  }

  @Override
  public Setting trust() {
    return trust;
  }

  @Override
  public boolean pinned() {
    return pinned;
  }

  /// Sends one request. Throws IOException with the client's own words when it got no answer.
  ///
  /// @param fields `Name:value`
  public Reply send(User agent, String method, String url, String... fields)
      throws IOException, InterruptedException {
    return program.send(agent, method, url, fields);
  }

  /// Posts a file, as `send`.
  public Reply upload(User agent, String url, Path file) throws IOException, InterruptedException {
    return program.upload(agent, url, file);
  }

  /// The words that follow a stream of events and print each line as it comes.
  public String[] follow(User agent, String url) throws IOException, InterruptedException {
    return program.follow(agent, url);
  }

  /// What it says when its tunnel is refused.
  public String refusedTunnel(User agent, String url) throws InterruptedException {
    try {
      return "answered: " + send(agent, "GET", url);
    } catch (IOException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return program.version();
  }
}
