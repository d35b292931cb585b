package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.WrappingKeyException;
import io.authserver.db.signing.WrappingKeys;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What rotates DKIM keys, each step a transaction that looks again at what it changes. */
public final class KeyRotation implements AutoCloseable {
  /** Nobody else's lock by chance; {@code authserver db migrate} has the one before it. */
  private static final long LOCK = 2_884_737_838L;

  /** So few keys are locked at a time that nobody waits long. */
  private static final int BATCH = 100;

  private final AdminDatabase database;
  private boolean locked;

  KeyRotation(AdminDatabase database) {
    this.database = database;
  }

  /**
   * A domain with its keys.
   *
   * @param keys in the order in which they were made
   */
  public record DomainKeys(DomainRow domain, List<KeyRow> keys) {}

  /**
   * What was wrapped again.
   *
   * @param rewrapped how many keys
   * @param failures one line for each key that could not be
   */
  public record Rewrapped(int rewrapped, List<String> failures) {}

  /**
   * Keeps others from rotating until this object is closed.
   *
   * @throws RefusedException where somebody does so now
   */
  public void lock() throws RefusedException, AuthDatabaseException {
    locked =
        database.transact(
            "the rotation of keys",
            sql ->
                sql.one(
                    "SELECT pg_catalog.pg_try_advisory_lock(?)", row -> row.getBoolean(1), LOCK));
    if (!locked) {
      throw new RefusedException("another authserver dkim maintain is running; nothing was done");
    }
  }

  /** Lets others rotate. */
  @Override
  public void close() throws RefusedException, AuthDatabaseException {
    if (locked) {
      locked = false;
      database.transact(
          "the rotation of keys",
          sql ->
              sql.one("SELECT pg_catalog.pg_advisory_unlock(?)", row -> row.getBoolean(1), LOCK));
    }
  }

  /**
   * Makes the next key of the origin marks where it is time, and deletes those that prove nothing
   * any more.
   *
   * @return whether it made one
   */
  public boolean rotateMarkKeys() throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the keys of the origin marks",
        sql -> sql.one("SELECT authserver.rotate_mark_keys()", row -> row.getBoolean(1)));
  }

  /**
   * Returns domains that have keys, by name.
   *
   * @param names the domains, which must exist, or none for all
   */
  public List<DomainKeys> load(List<DomainName> names)
      throws RefusedException, AuthDatabaseException {
    Map<String, List<KeyRow>> keys = new LinkedHashMap<>();
    for (KeyRow key : database.keys().list(null)) {
      keys.computeIfAbsent(key.domain(), _ -> new ArrayList<>()).add(key);
    }
    List<DomainRow> domains =
        database.domains().select(Selection.of(names.stream().map(DomainName::name).toList()));
    return domains.stream()
        .filter(domain -> keys.containsKey(domain.name()))
        .map(domain -> new DomainKeys(domain, List.copyOf(keys.get(domain.name()))))
        .toList();
  }

  /**
   * Records since when a published key's record is seen in DNS.
   *
   * @param since the time, or null for a record that is not there
   */
  public void seen(KeyRow key, @Nullable Instant since)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "domain " + key.domain(),
        sql ->
            sql.update(
                """
                UPDATE authserver.dkim_key SET seen_since = ?::timestamptz
                WHERE id = ? AND state = 'published'\
                """,
                since,
                key.id()));
  }

  /** Records that the record of a revoked key has left DNS. */
  public void gone(KeyRow key, Instant at) throws RefusedException, AuthDatabaseException {
    database.transact(
        "domain " + key.domain(),
        sql ->
            sql.update(
                """
                UPDATE authserver.dkim_key SET gone_at = ?
                WHERE id = ? AND state = 'revoked' AND gone_at IS NULL\
                """,
                at,
                key.id()));
  }

  /**
   * Lets a published key sign in the place of the active keys of its algorithm, which are retired
   * in the same transaction.
   *
   * @return the selectors of the retired keys
   */
  public List<String> succeed(KeyRow successor, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    DomainName name = new DomainName(successor.domain());
    return database.transact(
        "domain " + name,
        sql -> {
          KeyRow key = KeyAdmin.locked(sql, Things.domain(sql, name), successor.selector());
          List<KeyRow> active =
              sql.list(
                  KeyAdmin.SELECT
                      + """
                      WHERE d.name = ? AND k.state = 'active' AND k.algorithm = ?
                      ORDER BY k.id FOR UPDATE OF k\
                      """,
                  KeyAdmin::map,
                  name.name(),
                  key.algorithm());
          KeyAdmin.activate(sql, key, false, occasion);
          for (KeyRow predecessor : active) {
            KeyAdmin.retire(sql, predecessor, occasion);
          }
          return active.stream().map(KeyRow::selector).toList();
        });
  }

  /** Returns how many private keys are stored under each wrapping key, by its ID in hexadecimal. */
  public Map<String, Long> countByWrappingKey() throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the keys",
        sql -> {
          Map<String, Long> counts = new LinkedHashMap<>();
          sql.list(
                  """
                  SELECT encode(substring(wrapped_private_key FROM 2 FOR 8), 'hex'), count(*)
                  FROM authserver.dkim_key WHERE wrapped_private_key IS NOT NULL
                  GROUP BY 1 ORDER BY 1\
                  """,
                  row -> Map.entry(row.getString(1), row.getLong(2)))
              .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
          return counts;
        });
  }

  private record Stored(long id, String domain, String selector, byte[] wrapped) {}

  /**
   * Wraps every private key with the first wrapping key that is not yet, {@link #BATCH} a
   * transaction: what is done stays done when it is broken off. Each new blob is opened and
   * compared before it is stored.
   */
  public Rewrapped rewrap(WrappingKeys wrappingKeys)
      throws RefusedException, AuthDatabaseException {
    List<String> failures = new ArrayList<>();
    int[] rewrapped = {0};
    long after = 0;
    while (true) {
      long from = after;
      List<Stored> batch =
          database.transact(
              "the keys",
              sql -> {
                List<Stored> found = stored(sql, wrappingKeys, from);
                for (Stored key : found) {
                  if (rewrap(sql, wrappingKeys, key, failures)) {
                    rewrapped[0]++;
                  }
                }
                return found;
              });
      if (batch.isEmpty()) {
        return new Rewrapped(rewrapped[0], List.copyOf(failures));
      }
      after = batch.getLast().id();
    }
  }

  private static List<Stored> stored(Sql sql, WrappingKeys wrappingKeys, long after)
      throws SQLException, RefusedException {
    return sql.list(
        """
        SELECT k.id, d.name, k.selector, k.wrapped_private_key
        FROM authserver.dkim_key k JOIN authserver.domain d ON d.id = k.domain_id
        WHERE k.id > ? AND k.wrapped_private_key IS NOT NULL
          AND substring(k.wrapped_private_key FROM 2 FOR 8) <> ?
        ORDER BY k.id LIMIT ?
        FOR UPDATE OF k\
        """,
        row -> new Stored(row.getLong(1), row.getString(2), row.getString(3), row.getBytes(4)),
        after,
        HexFormat.of().parseHex(wrappingKeys.ids().getFirst()),
        BATCH);
  }

  private static boolean rewrap(
      Sql sql, WrappingKeys wrappingKeys, Stored key, List<String> failures) throws SQLException {
    byte[] pkcs8 = new byte[0];
    byte[] again = new byte[0];
    try {
      pkcs8 = wrappingKeys.unwrap(key.domain(), key.selector(), key.wrapped());
      byte[] wrapped = wrappingKeys.wrap(key.domain(), key.selector(), pkcs8);
      again = wrappingKeys.unwrap(key.domain(), key.selector(), wrapped);
      if (!Arrays.equals(pkcs8, again)) {
        throw new IllegalStateException("wrapping a private key changed it");
      }
      sql.update(
          "UPDATE authserver.dkim_key SET wrapped_private_key = ? WHERE id = ?", wrapped, key.id());
      return true;
    } catch (WrappingKeyException e) {
      failures.add(
          "key %s of domain %s: %s".formatted(key.selector(), key.domain(), e.getMessage()));
      return false;
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
      Arrays.fill(again, (byte) 0);
    }
  }
}
