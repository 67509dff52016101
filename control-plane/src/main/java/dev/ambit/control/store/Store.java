package dev.ambit.control.store;

import java.nio.file.Path;
import org.jdbi.v3.core.Jdbi;

/// The database: SQLite in WAL mode with `synchronous=FULL`, foreign keys, one writer connection.
/// What a method of a table returned from is on disk. Thread-safe.
public final class Store implements AutoCloseable {
  private final Jdbi jdbi;

  Store(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Opens and migrates the database file.
  public static Store open(Path file) {
    throw new UnsupportedOperationException(file.toString());
  }

  /// For the tables of this package.
  Jdbi jdbi() {
    return jdbi;
  }

  @Override
  public void close() {}
}
