package dev.ambit.control.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// The database: SQLite in WAL mode with `synchronous=FULL`, foreign keys, one writer connection
/// whose commits are shared ([Commits]). What a method of a table returned from is on disk.
/// Thread-safe; blocks.
public final class Store implements AutoCloseable {
  private static final int READERS = 4;
  private static final int BUSY_MS = 5_000;

  private final HikariDataSource writerPool;
  private final HikariDataSource readerPool;
  private final Commits commits;
  private final Jdbi readers;
  private final List<Runnable> followers = new CopyOnWriteArrayList<>();

  private Store(HikariDataSource writerPool, HikariDataSource readerPool) {
    this.writerPool = writerPool;
    this.readerPool = readerPool;
    this.commits = new Commits(Jdbi.create(writerPool));
    this.readers = Jdbi.create(readerPool);
  }

  /// Opens and migrates the database file, creating it (0600) if it is not there.
  public static Store open(Path file, InstantSource clock) {
    createPrivate(file);
    try {
      return opened(file, clock);
    } catch (FlywayException | JdbiException | HikariPool.PoolInitializationException failure) {
      throw new UncheckedIOException(
          "database: cannot use " + file + " (expected: a file of this program, or none)",
          new IOException(failure));
    }
  }

  private static Store opened(Path file, InstantSource clock) {
    var writer = pool(file, SQLiteConfig.TransactionMode.IMMEDIATE, 1, "PRAGMA query_only=OFF");
    migrate(writer);
    var readers =
        pool(file, SQLiteConfig.TransactionMode.DEFERRED, READERS, "PRAGMA query_only=ON");
    var store = new Store(writer, readers);
    // A new file is a new history. The instant of its making is later than that of the one lost.
    var epoch = clock.millis();
    store.write(tx ->
        tx.createUpdate(
                "INSERT INTO history (id, epoch, lease_max_ms) VALUES (1, :epoch, 0)"
                    + " ON CONFLICT (id) DO NOTHING")
            .bind("epoch", epoch)
            .execute());
    return store;
  }

  /// Runs the work in one transaction on the one writer, all of it or nothing. Work that waits at
  /// the same time shares the commit.
  <T> T write(HandleCallback<T, RuntimeException> work) {
    try {
      return commits.write(work);
    } catch (JdbiException failure) {
      throw new StoreFailure(failure);
    }
  }

  /// Runs the work on one consistent view of what was committed.
  <T> T read(HandleCallback<T, RuntimeException> work) {
    try {
      return readers.inTransaction(work);
    } catch (JdbiException failure) {
      throw new StoreFailure(failure);
    }
  }

  /// Calls the follower after every commit that changed a session, on the committing thread: it
  /// must return at once. A hurry, not the truth: whoever follows also polls.
  public void onChange(Runnable follower) {
    followers.add(follower);
  }

  /// Says that a change row was committed.
  void announce() {
    followers.forEach(Runnable::run);
  }

  @Override
  public void close() {
    commits.close();
    readerPool.close();
    writerPool.close();
  }

  private static void migrate(HikariDataSource writer) {
    var done = false;
    try {
      Flyway.configure().dataSource(writer).locations("classpath:db/sqlite").load().migrate();
      done = true;
    } finally {
      if (!done) {
        writer.close();
      }
    }
  }

  private static HikariDataSource pool(
      Path file, SQLiteConfig.TransactionMode mode, int size, String init) {
    var sqlite = new SQLiteConfig();
    sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
    sqlite.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    sqlite.enforceForeignKeys(true);
    sqlite.setBusyTimeout(BUSY_MS);
    sqlite.setTransactionMode(mode);
    var source = new SQLiteDataSource(sqlite);
    source.setUrl("jdbc:sqlite:" + file);
    var config = new HikariConfig();
    config.setPoolName("store-" + size);
    config.setDataSource(source);
    config.setMaximumPoolSize(size);
    config.setConnectionInitSql(init);
    return new HikariDataSource(config);
  }

  private static void createPrivate(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("database: cannot create " + file, failure);
    }
  }
}
