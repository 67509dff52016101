package dev.ambit.envelope;

/// What is spoken at a target.
public enum Protocol {
  HTTP("http", Scheme.HTTP),
  HTTPS("https", Scheme.HTTPS),
  /// gRPC over HTTP/2 and TLS, and nothing else.
  GRPC("grpc", Scheme.HTTPS),
  /// WebSocket over TLS, and nothing else.
  WEBSOCKET("websocket", Scheme.HTTPS),
  /// Any protocol over TCP, which nobody reads: judged by host and port.
  TCP("tcp", Scheme.TCP),
  /// TLS that the proxy does not end: judged by its server name and port.
  TLS("tls", Scheme.TLS);

  private final String text;
  private final Scheme scheme;

  Protocol(String text, Scheme scheme) {
    this.text = text;
    this.scheme = scheme;
  }

  public String text() {
    return text;
  }

  public Scheme scheme() {
    return scheme;
  }

  /// Whether what is said stays between the agent and the upstream.
  public boolean opaque() {
    return scheme.opaque();
  }

  /// Whether a call is in this protocol, as far as its head tells.
  boolean admits(Call call) {
    return call.authority().scheme() == scheme
        && switch (this) {
          case HTTP, HTTPS, TCP, TLS -> true;
          case GRPC -> call.method().equals("POST") && Grpc.asked(call.fields());
          case WEBSOCKET -> call.webSocket();
        };
  }
}
