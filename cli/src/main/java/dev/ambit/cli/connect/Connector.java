package dev.ambit.cli.connect;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.cluster.Door;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// Connects to the control plane that the options name.
@FunctionalInterface
public interface Connector {
  /// A bearer token (RFC 6750 2.1).
  Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,4096}=*");

  ControlPlane connect(ConnectionOptions options);

  /// The real one: server TLS and a bearer token, through a port-forward where it is in a cluster.
  static Connector tls(Shell shell) {
    return options ->
        Access.inCluster(options, shell)
            ? open(Door.open(options.cluster, shell), shell)
            : open(Access.find(options, shell), shell);
  }

  /// Opens a channel for a program; nothing is sent before the first call.
  static ControlPlane open(Access access) {
    return new ControlPlane(channel(access).build());
  }

  /// The same for a person, who is told when an answer takes long.
  private static ControlPlane open(Access access, Shell shell) {
    return new ControlPlane(channel(access).intercept(new Waiting(shell)).build());
  }

  private static ControlPlane open(Door door, Shell shell) {
    var opened = false;
    try {
      var trust =
          ServerTrust.of(
              "release: bundle.pem", door.bundle().getBytes(StandardCharsets.UTF_8), door.id());
      var tls = GrpcSslContexts.forClient().trustManager(trust).build();
      var channel = channel(door.host(), door.port(), tls, door.token());
      opened = true;
      return new ControlPlane(channel.intercept(new Waiting(shell)).build(), door::close);
    } catch (SSLException unusable) {
      throw new Failure(
          ExitCode.CONFIGURATION, "release: bundle.pem: " + unusable.getMessage(), unusable);
    } finally {
      if (!opened) {
        door.close();
      }
    }
  }

  private static NettyChannelBuilder channel(Access access) {
    return channel(access.host(), access.port(), tls(access), token(access));
  }

  private static NettyChannelBuilder channel(String host, int port, SslContext tls, String token) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return NettyChannelBuilder.forAddress(host, port)
        .sslContext(tls)
        .userAgent("ambit-cli")
        .maxInboundMessageSize(8 << 20)
        .intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static String token(Access access) {
    var token = Access.line(access.token());
    if (!TOKEN.matcher(token).matches()) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          access.token() + ": holds no token (expected: one line of letters, digits and -._~+/=)");
    }
    return token;
  }

  private static SslContext tls(Access access) {
    if (!Files.isReadable(access.bundle())) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          access.bundle() + ": cannot be read (expected: PEM certificates)");
    }
    try {
      var builder = GrpcSslContexts.forClient();
      return access
          .spiffeId()
          .map(id -> builder.trustManager(ServerTrust.of(access.bundle(), id)))
          .orElseGet(() -> builder.trustManager(access.bundle().toFile()))
          .build();
    } catch (SSLException unusable) {
      throw new Failure(
          ExitCode.CONFIGURATION, access.bundle() + ": " + unusable.getMessage(), unusable);
    } catch (IllegalArgumentException unusable) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          access.bundle() + ": holds no usable certificate (expected: PEM certificates)",
          unusable);
    }
  }
}
