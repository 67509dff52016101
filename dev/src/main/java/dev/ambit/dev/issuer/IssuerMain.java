package dev.ambit.dev.issuer;

import dev.ambit.dev.process.Lifeline;
import dev.ambit.dev.process.Ready;
import dev.ambit.dev.process.Settings;
import dev.ambit.dev.record.Journal;
import dev.ambit.dev.tls.Tls;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/// The issuer as a process. Settings: `certificate`, `key`, `clients`, `journal` (files),
/// `life-seconds`; may be given: `mood`, a file that says in which [Mood] it is; `listen` (address)
/// unless loopback.
public final class IssuerMain {
  private IssuerMain() {}

  public static void main(String[] words) throws IOException {
    Lifeline.hold();
    var settings = Settings.of(words);
    var clock = InstantSource.system();
    var issuer =
        Issuer.start(
            settings.listen(),
            Tls.server(settings.path("certificate"), settings.path("key")),
            Client.read(settings.path("clients")),
            Duration.ofSeconds(settings.number("life-seconds")),
            Journal.open(settings.path("journal"), clock),
            clock,
            settings.values().containsKey("mood")
                ? Mood.in(settings.path("mood"))
                : () -> Mood.HONEST);
    Ready.tell(Map.of("port", issuer.port()));
  }
}
