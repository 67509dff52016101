package dev.ambit.fuzz;

import dev.ambit.fuzz.targets.AuthorityTarget;
import dev.ambit.fuzz.targets.PathTarget;
import dev.ambit.fuzz.targets.ResourcesTarget;
import dev.ambit.proxy.decode.ClientHelloTarget;
import dev.ambit.proxy.decode.Http1Target;
import dev.ambit.proxy.decode.Http2Target;
import dev.ambit.proxy.dns.DnsTarget;
import dev.ambit.proxy.websocket.FramesTarget;
import java.util.Locale;

/// What is fuzzed. Its seeds lie in `corpus/` under its name.
public enum Target {
  AUTHORITY(AuthorityTarget.class),
  PATH(PathTarget.class),
  HTTP1(Http1Target.class),
  HTTP2(Http2Target.class),
  CLIENTHELLO(ClientHelloTarget.class),
  DNS(DnsTarget.class),
  RESOURCES(ResourcesTarget.class),
  WEBSOCKET(FramesTarget.class);

  private final Class<?> type;

  Target(Class<?> type) {
    this.type = type;
  }

  /// The name of its folder of seeds.
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Runs one input; throws when a law is broken.
  public void check(byte[] input) {
    switch (this) {
      case AUTHORITY -> AuthorityTarget.fuzzerTestOneInput(input);
      case PATH -> PathTarget.fuzzerTestOneInput(input);
      case HTTP1 -> Http1Target.fuzzerTestOneInput(input);
      case HTTP2 -> Http2Target.fuzzerTestOneInput(input);
      case CLIENTHELLO -> ClientHelloTarget.fuzzerTestOneInput(input);
      case DNS -> DnsTarget.fuzzerTestOneInput(input);
      case RESOURCES -> ResourcesTarget.fuzzerTestOneInput(input);
      case WEBSOCKET -> FramesTarget.fuzzerTestOneInput(input);
    }
  }

  Class<?> type() {
    return type;
  }
}
