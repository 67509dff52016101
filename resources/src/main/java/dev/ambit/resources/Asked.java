package dev.ambit.resources;

import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a grant asks of method and path, in whose words.
record Asked(In in, Set<String> methods, List<PathTemplate> paths) {
  /// In whose words a grant may be written.
  enum In {
    /// `methods` and `paths`.
    HTTP("methods: […] and paths: […]"),
    /// `grpc: { methods }`.
    GRPC("grpc: { methods: […] }"),
    /// `websocket: { paths }`: a WebSocket begins as a call of HTTP.
    WEBSOCKET("websocket: { paths: […] }"),
    /// The target alone: whole connections of which nothing is read.
    NOTHING("the target alone");

    private final String form;

    In(String form) {
      this.form = form;
    }

    /// In whose words a target of that protocol is granted; the first is its own.
    private static List<In> of(Protocol protocol) {
      return switch (protocol) {
        case HTTP, HTTPS -> List.of(HTTP, WEBSOCKET);
        case GRPC -> List.of(GRPC);
        case WEBSOCKET -> List.of(WEBSOCKET);
        case TCP, TLS -> List.of(NOTHING);
      };
    }

    /// How a grant on a target of that protocol is written.
    static String form(Protocol protocol) {
      var own = of(protocol).getFirst();
      return own == HTTP ? own.form : "a grant of " + own.form;
    }
  }

  /// What a grant on a target of that protocol should be instead; empty where it is as it must be.
  Optional<String> expected(Protocol protocol) {
    var words = In.of(protocol);
    if (words.contains(in)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (in) {
          case HTTP, NOTHING -> "a grant of " + words.getFirst().form;
          case GRPC -> "protocol grpc for a grant of grpc";
          case WEBSOCKET -> "protocol websocket, https or http for a grant of websocket";
        });
  }
}
