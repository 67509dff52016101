package dev.ambit.proxy.identify;

import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;

/// Proof that a call belongs to a live session of the image it was found in. Only this package can
/// make one.
public final class SessionCall {
  private final SessionImage image;
  private final Session session;
  private final Arrival arrival;

  SessionCall(SessionImage image, Session session, Arrival arrival) {
    this.image = image;
    this.session = session;
    this.arrival = arrival;
  }

  public SessionImage image() {
    return image;
  }

  public Session session() {
    return session;
  }

  public Arrival arrival() {
    return arrival;
  }
}
