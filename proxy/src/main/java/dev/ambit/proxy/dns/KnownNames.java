package dev.ambit.proxy.dns;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.decode.TunnelGate;

/// Says what a name is to the agent, by the sessions of now. Pure but for the clock of the lease.
final class KnownNames {
  private final TunnelGate gate;

  KnownNames(TunnelGate gate) {
    this.gate = gate;
  }

  /// @param name as it was asked for, complete, with or without its last dot
  Verdict judge(String name) {
    var bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return switch (Authority.parse(Scheme.HTTPS, bare)) {
      case Parsed.Malformed<Authority>(_) -> new Verdict.NoHost();
      case Parsed.Ok<Authority>(var authority) when authority.isLiteral() -> new Verdict.NoHost();
      case Parsed.Ok<Authority>(var authority) ->
          gate.objectionToHost(authority.host())
              .<Verdict>map(denial ->
                  denial.reason() == Reason.LEASE_LOST
                      ? new Verdict.Unready()
                      : new Verdict.Unknown(authority.host(), denial))
              .orElseGet(() -> known(authority.host()));
    };
  }

  private Verdict known(String host) {
    return gate.holdsOpaque(host) ? new Verdict.Opaque(host) : new Verdict.Known(host);
  }
}
