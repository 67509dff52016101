package dev.ambit.control.store;

/// The database did not do what it was asked; nothing of the transaction is kept.
public final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreFailure(Throwable cause) {
    super("store: " + cause.getMessage(), cause);
  }
}
