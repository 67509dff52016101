package dev.ambit.proxy.relay;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.admit.Admitted;
import java.net.InetSocketAddress;

/// What an upstream connection may be used for again: nothing crosses sessions, credentials or
/// authorities (INV-19), and what vouched for the certificate must vouch still.
///
/// @param credential id of the credential that was sent on it, empty for none
record PoolKey(
    SessionId session,
    String credential,
    Authority authority,
    InetSocketAddress address,
    UpstreamRoots roots) {
  static PoolKey of(Admitted admitted) {
    var dispatch = admitted.dispatch();
    var permit = dispatch.route().reservation().approval().permit();
    var credential = dispatch.credential();
    return new PoolKey(
        permit.bound().session().id(),
        credential == null ? "" : credential.id(),
        permit.bound().arrival().call().authority(),
        dispatch.route().address(),
        permit.target().roots());
  }
}
