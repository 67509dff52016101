package dev.ambit.proxy.scope;

import dev.ambit.envelope.Call;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HeaderField;
import dev.ambit.envelope.Query;
import dev.ambit.envelope.Target;
import dev.ambit.proxy.identify.SessionCall;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Claim;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Proof that [Scope] permitted this call, and what of it may be sent. Only this package can make
/// one.
public final class Permit implements Claim {
  private final SessionCall bound;
  private final Target target;
  private final Grant grant;
  private final Call call;
  private final byte @Nullable [] judged;
  private final Claim place;

  /// @param call as it was judged, its body read where the grant asked for it
  /// @param judged the body that was judged, written anew; null where none was
  /// @param place what the body holds while the call lasts
  Permit(
      SessionCall bound,
      Target target,
      Grant grant,
      Call call,
      byte @Nullable [] judged,
      Claim place) {
    this.bound = bound;
    this.target = target;
    this.grant = grant;
    this.call = call;
    this.judged = judged;
    this.place = place;
  }

  public SessionCall bound() {
    return bound;
  }

  public Target target() {
    return target;
  }

  public Grant grant() {
    return grant;
  }

  /// What was judged, for whoever decides again.
  public Call call() {
    return call;
  }

  /// The query that may be sent.
  public Query query() {
    var keys = call.keys();
    return passesKeys() && keys != null ? keys.query() : call.query();
  }

  /// Keys of the agent's own that may be sent beside the other fields.
  public List<? extends HeaderField> keyFields() {
    var keys = call.keys();
    return passesKeys() && keys != null ? keys.fields() : List.of();
  }

  /// Whether keys that the agent brought go with the call.
  public boolean passesKeys() {
    return grant.axes().agentCredentials();
  }

  /// The body that is sent in place of what came (INV-21); null where it is streamed as it comes.
  public byte @Nullable [] judged() {
    return judged;
  }

  /// How the body that is sent is framed.
  public Body body() {
    return judged == null ? bound.arrival().body() : new Body.Sized(judged.length);
  }

  @Override
  public void release() {
    place.release();
  }
}
