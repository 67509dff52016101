package dev.ambit.cluster.node;

import dev.ambit.cluster.machine.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Hands one [Site] to every test that asks for it, and takes it down after the last. Tests keep
/// apart by pods of their own.
public final class OneSite implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Site.class;
  }

  @Override
  public Site resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(OneSite.class))
        .computeIfAbsent(Site.class, key -> new Shared(), Shared.class)
        .site;
  }

  /// What the store closes at the end.
  private static final class Shared implements AutoCloseable {
    private final Path folder;
    private final Site site;

    private Shared() {
      try {
        folder = Files.createTempDirectory("ambit-node");
        site = Site.open(folder);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("node: interrupted", interrupted);
      }
    }

    @Override
    public void close() throws IOException {
      site.close();
      Tools.remove(folder);
    }
  }
}
