package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.model.Connection;
import dev.ambit.proxy.model.Denial;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Says what a connection is that the kernel turned to the proxy, by where it was to go: an opaque
/// target is told before a byte is read, for where the upstream speaks first none will come.
final class Caught {
  private static final List<String> NO_HANDLE = List.of();

  private Caught() {}

  /// Null where it leads nowhere, which is then on record.
  static @Nullable Entry entry(Decoding decoding, InetSocketAddress original) {
    var lead = new Lead.Caught(original);
    if (!decoding.synthetic().covers(original.getAddress())) {
      return entry(decoding, lead.literal(Scheme.TCP), lead, new Connection(original));
    }
    var name = decoding.synthetic().name(original.getAddress());
    if (name == null) {
      refuse(decoding, lead.literal(Scheme.TCP), Denial.of(Reason.TARGET_UNKNOWN, null));
      return null;
    }
    var authority = new Authority(Scheme.TCP, name, original.getPort());
    var objection = decoding.tunnels().objection(authority);
    if (objection.isPresent()) {
      refuse(decoding, authority, objection.get());
      return null;
    }
    // At another port of the name there may be a target that is read: its host is known then.
    return entry(
        decoding,
        authority,
        new Lead.Tunnel(new Authority(Scheme.HTTPS, name, original.getPort())),
        new Connection());
  }

  private static Entry entry(
      Decoding decoding, Authority authority, Lead otherwise, Connection connection) {
    var owner = decoding.sessions().owner(NO_HANDLE, connection);
    return decoding.tunnels().opaque(authority, owner).equals(Optional.of(Protocol.TCP))
        ? new Entry.Opaque(authority, NO_HANDLE, connection, Greeting.NONE)
        : new Entry.Unheard(otherwise, NO_HANDLE, connection);
  }

  private static void refuse(Decoding decoding, Authority authority, Denial why) {
    var denial = why.of(decoding.sessions().owner(NO_HANDLE, new Connection()));
    decoding.log().refused(decoding.ids().get(), Optional.of(authority), Call.OPAQUE, denial, 0);
  }
}
