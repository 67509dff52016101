package dev.ambit.bench.origin;

/// What the last request showed the origin; for the oracle, any thread.
public final class Seen {
  private volatile String authorization = "";
  private volatile String path = "";
  private volatile String cipher = "";
  private volatile long requests;

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written by the origin's loop alone.
  void request(String pathNow, String authorizationNow, String cipherNow) {
    path = pathNow;
    authorization = authorizationNow;
    cipher = cipherNow;
    requests++;
  }

  public String path() {
    return path;
  }

  public String authorization() {
    return authorization;
  }

  public String cipher() {
    return cipher;
  }

  public long requests() {
    return requests;
  }
}
