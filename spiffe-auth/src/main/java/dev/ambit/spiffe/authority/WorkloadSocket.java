package dev.ambit.spiffe.authority;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoopGroup;
import io.spiffe.workloadapi.internal.UnixSockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Executor;

/// One Unix socket at which one workload finds its Workload API, which is of type `A`.
final class WorkloadSocket<A extends BindableService> implements AutoCloseable {
  private static final int PATH_MAX = 100;
  private static final int CALLS_MAX = 100;

  private final Path path;
  private final Server server;
  private final A api;

  WorkloadSocket(Path path, A api, IoEventLoopGroup loops, Executor executor) {
    if (path.toString().length() > PATH_MAX) {
      throw new IllegalArgumentException(
          "socket: " + path + " (expected: at most " + PATH_MAX + " characters)");
    }
    this.path = path;
    this.api = api;
    this.server =
        NettyServerBuilder.forAddress(UnixSockets.address(loops, path))
            .channelType(UnixSockets.serverType(loops))
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .maxConcurrentCallsPerConnection(CALLS_MAX)
            .executor(executor)
            .intercept(new SecurityHeader())
            .addService(api)
            .build();
    try {
      removeLeftOver();
      var _ = server.start();
      var _ = Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      var _ = server.shutdownNow();
      throw new UncheckedIOException("socket: cannot listen at " + path, e);
    }
  }

  A api() {
    return api;
  }

  /// A socket that a killed process left behind stands in the way of the next one; a file does too,
  /// but is not ours to remove.
  private void removeLeftOver() throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .isOther()) {
      Files.delete(path);
    }
  }

  @Override
  public void close() {
    var _ = server.shutdownNow();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("socket: cannot remove " + path, e);
    }
  }
}
