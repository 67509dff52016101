package dev.ambit.control.audit;

/// A chain does not continue as its hashes say.
public final class ChainBroken extends Exception {
  private static final long serialVersionUID = 1L;

  public ChainBroken(String message) {
    super(message);
  }
}
