package dev.ambit.dev.process;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/// What a parent tells its child on the command line: `name=value` words. Never a secret, since
/// every user of the machine can read a command line.
public record Settings(Map<String, String> values) {
  public Settings {
    values = Map.copyOf(values);
  }

  public static Settings of(String... words) {
    var values = new HashMap<String, String>();
    for (var word : words) {
      var equals = word.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("argument: " + word + " (expected: name=value)");
      }
      values.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return new Settings(values);
  }

  public String text(String name) {
    var value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": missing (expected: " + name + "=value)");
    }
    return value;
  }

  public Path path(String name) {
    return Path.of(text(name));
  }

  public int number(String name) {
    return Integer.parseInt(text(name));
  }

  /// Where a server listens: the address `listen`, or loopback when it is not given.
  public InetAddress listen() {
    return address("listen");
  }

  /// An address; loopback when it is not given.
  public InetAddress address(String name) {
    var address = values.get(name);
    return address == null ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(address);
  }

  /// A number that may be absent.
  public OptionalInt maybe(String name) {
    return values.containsKey(name) ? OptionalInt.of(number(name)) : OptionalInt.empty();
  }

  /// A number, or another when it is absent.
  public int number(String name, int otherwise) {
    return values.containsKey(name) ? number(name) : otherwise;
  }
}
