package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.credential.Carrier;
import java.util.function.BiConsumer;

/// The fields of a request as it was judged, whatever protocol they are written in: without host
/// and framing, and without what the credential is put in place of (INV-9).
final class RequestFields {
  private RequestFields() {}

  static void each(Admitted admitted, BiConsumer<CharSequence, CharSequence> out) {
    var permit = admitted.dispatch().route().reservation().approval().permit();
    var credential = admitted.dispatch().credential();
    var carrier = credential == null ? null : credential.carrier();
    for (var field : permit.bound().arrival().fields()) {
      var name = field.name().toString();
      boolean ours =
          name.equalsIgnoreCase("accept-encoding")
              || (carrier instanceof Carrier.Header header && name.equalsIgnoreCase(header.name()));
      if (!ours) {
        out.accept(name, field.value());
      }
    }
    for (var key : permit.keyFields()) {
      out.accept(key.name(), key.value());
    }
    // What comes back must be readable for whoever looks for secrets in it (A127).
    out.accept("Accept-Encoding", "identity");
  }
}
