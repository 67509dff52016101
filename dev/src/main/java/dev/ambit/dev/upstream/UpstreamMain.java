package dev.ambit.dev.upstream;

import dev.ambit.dev.process.Lifeline;
import dev.ambit.dev.process.Ready;
import dev.ambit.dev.process.Settings;
import dev.ambit.dev.record.Journal;
import dev.ambit.dev.tls.Tls;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Map;

/// The upstream as a process. Settings: `certificate`, `key`, `roots`, `journal`, `secret` (files),
/// `introspection` (URL) and `client`, with which it asks there; `listen` (address) unless
/// loopback.
public final class UpstreamMain {
  private UpstreamMain() {}

  public static void main(String[] words) throws IOException, InterruptedException {
    Lifeline.hold();
    var settings = Settings.of(words);
    var introspection =
        new Introspection(
            Tls.client(settings.path("roots")),
            URI.create(settings.text("introspection")),
            settings.text("client"),
            Files.readString(settings.path("secret")).strip());
    var upstream =
        Upstream.start(
            settings.listen(),
            SslContextBuilder.forServer(
                    settings.path("certificate").toFile(), settings.path("key").toFile())
                .build(),
            introspection,
            Journal.open(settings.path("journal"), InstantSource.system()));
    Ready.tell(Map.of("port", upstream.port()));
  }
}
