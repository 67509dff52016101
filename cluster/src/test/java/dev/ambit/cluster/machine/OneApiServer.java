package dev.ambit.cluster.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Hands one [ApiServer] to every test that asks for it, and stops it after the last. Tests keep
/// apart by namespaces and names of their own.
public final class OneApiServer implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ApiServer.class;
  }

  @Override
  public ApiServer resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(OneApiServer.class))
        .computeIfAbsent(ApiServer.class, key -> new Shared(), Shared.class)
        .server;
  }

  /// What the store closes at the end.
  private static final class Shared implements AutoCloseable {
    private final Path folder;
    private final ApiServer server;

    private Shared() {
      try {
        folder = Files.createTempDirectory("ambit-api");
        server = ApiServer.start(folder);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("api server: interrupted", interrupted);
      }
    }

    @Override
    public void close() {
      server.close();
      Tools.remove(folder);
    }
  }
}
