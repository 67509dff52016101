package dev.ambit.envelope;

/// How an authority is spoken to.
public enum Scheme {
  HTTP("http", 80),
  HTTPS("https", 443),
  /// Bytes that nobody reads, from the first one on.
  TCP("tcp", Scheme.NONE),
  /// TLS that is passed through: nothing is read of it but where its ClientHello says it leads.
  TLS("tls", Scheme.NONE);

  /// No port goes without saying.
  private static final int NONE = 0;

  private final String text;
  private final int defaultPort;

  Scheme(String text, int defaultPort) {
    this.text = text;
    this.defaultPort = defaultPort;
  }

  public String text() {
    return text;
  }

  /// 0 where every port must be named.
  public int defaultPort() {
    return defaultPort;
  }

  /// Whether what is said stays between the agent and the upstream.
  public boolean opaque() {
    return defaultPort == NONE;
  }
}
