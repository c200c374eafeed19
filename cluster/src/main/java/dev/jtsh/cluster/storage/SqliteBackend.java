// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Keeps items in one SQLite file for one process. The file and what SQLite puts beside it are
 * readable by their owner only; temporary tables stay in memory. Each change is on the disk before
 * the call returns: a token that was used once stays used after a power cut.
 */
public final class SqliteBackend implements Backend {
  private static final String LIBRARY_PATH_PROPERTY = "org.sqlite.lib.path";
  private static final int BUSY_TIMEOUT_MILLIS = 5_000;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final String SCHEMA =
      "CREATE TABLE IF NOT EXISTS item (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL,"
          + " expires INTEGER, revision INTEGER NOT NULL) WITHOUT ROWID";
  private static final String REVISION_SCHEMA =
      "CREATE TABLE IF NOT EXISTS revision (only INTEGER PRIMARY KEY CHECK (only = 1),"
          + " last INTEGER NOT NULL)";
  private static final String STORE =
      "INSERT INTO item (key, value, expires, revision) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO"
          + " UPDATE SET value = excluded.value, expires = excluded.expires,"
          + " revision = excluded.revision";

  private final InstantSource clock;
  private final WatchHub watches = new WatchHub();
  private final ReentrantLock lock = new ReentrantLock();
  private final Connection connection; // Guarded by lock.

  private SqliteBackend(Connection connection, InstantSource clock) {
    this.connection = connection;
    this.clock = clock;
  }

  /**
   * Opens the database, making it when it is not there.
   *
   * @throws StorageException when the file is not this user's alone, or SQLite's native library
   *     does not lie in the directory of system property {@code org.sqlite.lib.path} (unpacking it
   *     into a temporary directory at run time is not done: security rule 18)
   */
  public static SqliteBackend open(Path file, InstantSource clock) {
    requireInstalledLibrary();
    try {
      createForOwner(file);
      var config = new SQLiteConfig();
      config.setJournalMode(SQLiteConfig.JournalMode.WAL);
      config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
      config.setTempStore(SQLiteConfig.TempStore.MEMORY);
      config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
      config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
      Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
      try (Statement statement = connection.createStatement()) {
        statement.execute(SCHEMA);
        statement.execute(REVISION_SCHEMA);
        statement.execute("INSERT OR IGNORE INTO revision VALUES (1, 0)");
      }
      connection.setAutoCommit(false);
      return new SqliteBackend(connection, clock);
    } catch (IOException | SQLException e) {
      throw new StorageException("cannot open the database " + file, e);
    }
  }

  private static void requireInstalledLibrary() {
    String directory = System.getProperty(LIBRARY_PATH_PROPERTY);
    if (directory == null
        || !Files.isRegularFile(Path.of(directory, System.mapLibraryName("sqlitejdbc")))) {
      throw new StorageException(
          "SQLite's native library is not installed: start with -D%s=DIRECTORY that holds %s"
              .formatted(LIBRARY_PATH_PROPERTY, System.mapLibraryName("sqlitejdbc")));
    }
  }

  private static void createForOwner(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(OWNER_ONLY))
          .close();
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new StorageException(file + " is a link or no file; the database must be a plain file");
    }
    if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS))) {
      throw new StorageException(file + " is open to other users; run: chmod 600 " + file);
    }
  }

  @Override
  public Optional<Item> create(String key, byte[] value, @Nullable Instant expires) {
    Keys.check(key, value);
    return change(
        "create",
        () -> select(key).isEmpty() ? Optional.of(store(key, value, expires)) : Optional.empty());
  }

  @Override
  public Item put(String key, byte[] value, @Nullable Instant expires) {
    Keys.check(key, value);
    return change("put", () -> Optional.of(store(key, value, expires))).orElseThrow();
  }

  @Override
  public Optional<Item> compareAndSwap(
      String key, long revision, byte[] value, @Nullable Instant expires) {
    Keys.check(key, value);
    return change(
        "compare and swap",
        () ->
            select(key).filter(i -> i.revision() == revision).isPresent()
                ? Optional.of(store(key, value, expires))
                : Optional.empty());
  }

  @Override
  public boolean delete(String key) {
    Keys.check(key);
    return remove(() -> select(key).isPresent() ? List.of(key) : List.of()) > 0;
  }

  @Override
  public boolean delete(String key, long revision) {
    Keys.check(key);
    return remove(() ->
        select(key).filter(i -> i.revision() == revision).isPresent() ? List.of(key) : List.of())
        > 0;
  }

  @Override
  public Optional<Item> get(String key) {
    Keys.check(key);
    return read("get", () -> select(key));
  }

  @Override
  public List<Item> range(String prefix, String afterKey, int limit) {
    String sql =
        "SELECT key, value, expires, revision FROM item WHERE key >= ? AND key > ?"
            + " AND substr(key, 1, ?) = ? AND (expires IS NULL OR expires > ?)"
            + " ORDER BY key LIMIT ?";
    return read(
        "range",
        () -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, prefix);
            statement.setString(2, afterKey);
            statement.setInt(3, prefix.codePointCount(0, prefix.length()));
            statement.setString(4, prefix);
            statement.setLong(5, clock.millis());
            statement.setInt(6, limit);
            List<Item> items = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                items.add(item(rows));
              }
            }
            return items;
          }
        });
  }

  @Override
  public Watch watch(String prefix, Consumer<Change> listener) {
    return watches.add(prefix, listener);
  }

  @Override
  public int removeExpired() {
    return remove(() -> {
      String sql = "SELECT key FROM item WHERE expires <= ?";
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setLong(1, clock.millis());
        List<String> keys = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            keys.add(rows.getString(1));
          }
        }
        return keys;
      }
    });
  }

  @Override
  public void close() {
    watches.close();
    lock.lock();
    try {
      connection.close();
    } catch (SQLException e) {
      throw new StorageException("cannot close the database", e);
    } finally {
      lock.unlock();
    }
  }

  private interface Work<T> {
    T run() throws SQLException;
  }

  private <T> T read(String what, Work<T> work) {
    return locked(what, work, result -> {});
  }

  private Optional<Item> change(String what, Work<Optional<Item>> work) {
    return locked(what, work, item -> item.ifPresent(i -> watches.publish(new Change.Put(i))));
  }

  private int remove(Work<List<String>> keysToRemove) {
    Work<List<String>> work =
        () -> {
          List<String> keys = keysToRemove.run();
          String sql = "DELETE FROM item WHERE key = ?";
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (String key : keys) {
              statement.setString(1, key);
              statement.executeUpdate();
            }
          }
          return keys;
        };
    return locked(
            "delete", work, keys -> keys.forEach(key -> watches.publish(new Change.Deleted(key))))
        .size();
  }

  /** Runs work as one transaction; {@code committed} runs under the lock, so in revision order. */
  private <T> T locked(String what, Work<T> work, Consumer<T> committed) {
    lock.lock();
    try {
      T result = work.run();
      connection.commit();
      committed.accept(result);
      return result;
    } catch (SQLException e) {
      rollback(e);
      throw new StorageException("storage could not " + what, e);
    } finally {
      lock.unlock();
    }
  }

  private void rollback(SQLException cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private Optional<Item> select(String key) throws SQLException {
    String sql =
        "SELECT key, value, expires, revision FROM item WHERE key = ?"
            + " AND (expires IS NULL OR expires > ?)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, key);
      statement.setLong(2, clock.millis());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(item(rows)) : Optional.empty();
      }
    }
  }

  private Item store(String key, byte[] value, @Nullable Instant expires) throws SQLException {
    long revision = nextRevision();
    try (PreparedStatement statement = connection.prepareStatement(STORE)) {
      statement.setString(1, key);
      statement.setBytes(2, value);
      if (expires == null) {
        statement.setNull(3, java.sql.Types.INTEGER);
      } else {
        statement.setLong(3, expires.toEpochMilli());
      }
      statement.setLong(4, revision);
      statement.executeUpdate();
    }
    return new Item(key, value, expires, revision);
  }

  private long nextRevision() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("UPDATE revision SET last = last + 1 RETURNING last")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Item item(ResultSet row) throws SQLException {
    long expires = row.getLong(3);
    Instant instant = row.wasNull() ? null : Instant.ofEpochMilli(expires);
    return new Item(row.getString(1), row.getBytes(2), instant, row.getLong(4));
  }
}
