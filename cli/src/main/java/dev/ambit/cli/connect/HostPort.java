package dev.ambit.cli.connect;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.util.regex.Pattern;

/// A host (name, IPv4, or IPv6 in brackets) and a port.
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(\\[[0-9a-fA-F:.]{2,45}]|[A-Za-z0-9._-]{1,253}):([0-9]{1,5})");

  /// Reads it; a refusal names the field.
  public static HostPort parse(String field, String text) {
    var parts = FORM.matcher(text);
    if (parts.matches()) {
      var port = Integer.parseInt(parts.group(2));
      if (port >= 1 && port <= 65_535) {
        return new HostPort(parts.group(1), port);
      }
    }
    throw new Failure(
        ExitCode.CONFIGURATION, field + ": '" + text + "' is no address (expected: host:port)");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
