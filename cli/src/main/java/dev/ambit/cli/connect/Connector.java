package dev.ambit.cli.connect;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// Connects to the control plane that the options name.
@FunctionalInterface
public interface Connector {
  /// A bearer token (RFC 6750 2.1).
  Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,4096}=*");

  ControlPlane connect(ConnectionOptions options);

  /// The real one: server TLS and a bearer token.
  static Connector tls(Shell shell) {
    return options -> open(Access.find(options, shell), shell);
  }

  /// Opens a channel for a program; nothing is sent before the first call.
  static ControlPlane open(Access access) {
    return new ControlPlane(channel(access).build());
  }

  /// The same for a person, who is told when an answer takes long.
  private static ControlPlane open(Access access, Shell shell) {
    return new ControlPlane(channel(access).intercept(new Waiting(shell)).build());
  }

  private static NettyChannelBuilder channel(Access access) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + token(access));
    return NettyChannelBuilder.forAddress(access.host(), access.port())
        .sslContext(tls(access))
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
