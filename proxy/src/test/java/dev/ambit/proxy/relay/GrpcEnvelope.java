package dev.ambit.proxy.relay;

import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Target;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// An envelope of gRPC in place of one of HTTP.
final class GrpcEnvelope {
  private GrpcEnvelope() {}

  /// The same with a good target that speaks gRPC, of which one method is granted.
  static Envelope of(Envelope old) {
    var before = old.targets().getFirst();
    var target =
        new Target(
            before.name(),
            before.hosts(),
            before.ports(),
            Protocol.GRPC,
            before.addresses(),
            before.roots());
    var grant =
        new Grant(
            "get",
            before.name(),
            Set.of("POST"),
            List.of(PathTemplate.parse("/notes.v1.Notes/Get").orThrow()),
            OptionalLong.empty(),
            old.grants().getFirst().credential());
    return new Envelope(
        old.session(),
        old.template(),
        old.workload(),
        old.binding(),
        old.sharing(),
        old.expiresAt(),
        old.idle(),
        old.calls(),
        List.of(target),
        List.of(grant),
        old.denies());
  }
}
