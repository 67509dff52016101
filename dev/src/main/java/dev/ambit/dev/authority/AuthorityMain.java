package dev.ambit.dev.authority;

import dev.ambit.dev.process.Lifeline;
import dev.ambit.dev.process.Ready;
import dev.ambit.dev.process.Settings;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import java.nio.file.Path;
import java.util.Map;

/// The development SPIFFE authority as a process: a Workload API socket for each identity.
/// Settings: `trust-domain`, and `socket:<path>=<SPIFFE ID>` for each socket.
public final class AuthorityMain {
  private static final String SOCKET = "socket:";

  private AuthorityMain() {}

  public static void main(String[] words) {
    Lifeline.hold();
    var settings = Settings.of(words);
    var authority = DevelopmentAuthority.start(settings.text("trust-domain"));
    Runtime.getRuntime().addShutdownHook(new Thread(authority::close));
    settings
        .values()
        .forEach((name, value) -> {
          if (name.startsWith(SOCKET)) {
            authority.serve(Path.of(name.substring(SOCKET.length())), value);
          }
        });
    Ready.tell(Map.of());
  }
}
