package dev.ambit.proxy.relay;

import dev.ambit.proxy.scope.Permit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/// The target of a request whose credential is a parameter of the query.
final class ParameterTarget {
  private ParameterTarget() {}

  /// All that stands before the credential: the parameter that carries it is the last, in place of
  /// all of its name.
  static void before(Permit permit, String name, ByteBuf out) {
    var rest = permit.query().without(name::equalsIgnoreCase).text();
    ByteBufUtil.writeAscii(
        out, permit.call().path().text() + "?" + rest + (rest.isEmpty() ? "" : "&") + name + "=");
  }
}
