package dev.ambit.e2e.issuers;

import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.Programs;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A real `oidc-provider`: opaque tokens, a client that signs its assertions, authorization
/// details.
final class OidcProvider implements Closeable {
  /// The one resource it knows.
  static final String RESOURCE = "https://api.acme.test/";

  private static final Duration STARTED_MAX = Duration.ofMinutes(1);

  private final Program program;
  private final String base;
  private final Server server;

  private OidcProvider(Program program, String base, Server server) {
    this.program = program;
    this.base = base;
    this.server = server;
  }

  /// Starts it and waits until it serves.
  ///
  /// @param clientKey the public key of client `ambit`, PEM
  static OidcProvider start(Path folder, Authority authority, Path clientKey)
      throws IOException, InterruptedException {
    var modules = Tools.make("oidc-provider-env");
    var certificate = authority.server("oidc-provider");
    var program =
        User.ROOT.start(
            "oidc-provider",
            folder,
            List.of(
                "node",
                Programs.tree().resolve("e2e/issuers/oidc-provider.mjs").toString(),
                modules.toString(),
                certificate.certificate().toString(),
                certificate.key().toString(),
                clientKey.toString(),
                RESOURCE));
    var base = "https://localhost:" + program.awaitOut("(?m)^ready (\\d+)$", STARTED_MAX).group(1);
    return new OidcProvider(
        program,
        base,
        new Server(
            URI.create(base + "/token"),
            URI.create(base + "/token/revocation"),
            URI.create(base + "/token/introspection"),
            authority.roots()));
  }

  /// Its endpoints, for whoever is not Ambit.
  Server server() {
    return server;
  }

  /// What `aud` of an assertion must be.
  String issuer() {
    return base;
  }

  @Override
  public void close() {
    program.close();
  }
}
