package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The life of DKIM keys: published, active, retired, revoked. A switch is one transaction. */
public final class KeyAdmin {
  /** How long after the end of its last signature a key stays in DNS (design: 5 days). */
  public static final Duration GRACE = Duration.ofDays(5);

  private static final String SELECT =
      """
      SELECT k.id, d.name, k.selector, k.algorithm, k.public_key, k.state, k.forced, k.created_at,
        k.activated_at, k.retired_at, k.revoked_at
      FROM authserver.dkim_key k JOIN authserver.domain d ON d.id = k.domain_id
      """;
  private static final int MAX_KEYS_A_DAY = 1000;

  private final AdminDatabase database;

  KeyAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Stores a key, in state published. */
  public KeyRow create(DomainName domain, NewKey key)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "domain " + domain, sql -> insert(sql, Things.domain(sql, domain), key));
  }

  static KeyRow insert(Sql sql, Things.Domain domain, NewKey key)
      throws SQLException, RefusedException {
    Selector selector = selector(sql, domain, key);
    byte[] wrapped = key.wrapper().wrap(domain.name().name(), selector.name());
    long id =
        sql.one(
            """
            INSERT INTO authserver.dkim_key
              (domain_id, selector, algorithm, wrapped_private_key, public_key)
            VALUES (?, ?, ?, ?, ?)
            RETURNING id\
            """,
            row -> row.getLong(1),
            domain.id(),
            selector.name(),
            key.algorithm(),
            wrapped,
            key.publicKey());
    return sql.one(SELECT + "WHERE k.id = ?", KeyAdmin::map, id);
  }

  private static Selector selector(Sql sql, Things.Domain domain, NewKey key)
      throws SQLException, RefusedException {
    String asked = key.selector();
    List<String> taken =
        sql.list(
            "SELECT selector FROM authserver.dkim_key WHERE domain_id = ?",
            row -> row.getString(1),
            domain.id());
    if (asked != null) {
      Selector selector = Selector.parse(asked, domain.name());
      if (taken.contains(selector.name())) {
        throw new RefusedException(
            "domain " + domain.name() + " has a key with selector " + selector + " already");
      }
      return selector;
    }
    for (int i = 1; i <= MAX_KEYS_A_DAY; i++) {
      String candidate = key.defaultSelector() + (i == 1 ? "" : "-" + i);
      if (!taken.contains(candidate)) {
        return Selector.parse(candidate, domain.name());
      }
    }
    throw new RefusedException("domain " + domain.name() + " has too many keys of one day");
  }

  /**
   * Returns keys by domain and selector.
   *
   * @param domain the domain, which must exist, or null for all
   */
  public List<KeyRow> list(@Nullable DomainName domain)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        domain == null ? "the list of keys" : "domain " + domain,
        sql ->
            domain == null
                ? sql.list(SELECT + "ORDER BY d.name, k.id", KeyAdmin::map)
                : keys(sql, Things.domain(sql, domain)));
  }

  private static List<KeyRow> keys(Sql sql, Things.Domain domain)
      throws SQLException, RefusedException {
    return sql.list(SELECT + "WHERE k.domain_id = ? ORDER BY k.id", KeyAdmin::map, domain.id());
  }

  /**
   * Makes keys sign: published becomes active, all or none.
   *
   * @param forced whether their DNS records were not seen
   */
  public void activate(DomainName domain, List<String> selectors, boolean forced)
      throws RefusedException, AuthDatabaseException {
    change(
        domain,
        selectors,
        (sql, key) -> {
          require(key, "published", "activated");
          sql.update(
              """
              UPDATE authserver.dkim_key SET state = 'active', activated_at = now(), forced = ?
              WHERE id = ?\
              """,
              forced,
              key.id());
        });
  }

  /** Stops keys from signing: active becomes retired, all or none. Their records stay in DNS. */
  public void retire(DomainName domain, List<String> selectors)
      throws RefusedException, AuthDatabaseException {
    change(
        domain,
        selectors,
        (sql, key) -> {
          require(key, "active", "retired");
          sql.update(
              "UPDATE authserver.dkim_key SET state = 'retired', retired_at = now() WHERE id = ?",
              key.id());
        });
  }

  /**
   * Gives keys up: retired becomes revoked, all or none, and the private half is forgotten.
   *
   * @param now the time, for the wait until the last signature has expired
   * @param force whether not to wait
   */
  public void revoke(DomainName domain, List<String> selectors, Instant now, boolean force)
      throws RefusedException, AuthDatabaseException {
    change(
        domain,
        selectors,
        (sql, key) -> {
          require(key, "retired", "revoked");
          Instant earliest = earliestRevocation(sql, key);
          if (!force && now.isBefore(earliest)) {
            throw new RefusedException(
                "key "
                    + key.selector()
                    + " of domain "
                    + domain
                    + " is needed in DNS until "
                    + earliest
                    + ", when its last signatures have expired");
          }
          sql.update(
              """
              UPDATE authserver.dkim_key
              SET state = 'revoked', revoked_at = now(), wrapped_private_key = NULL
              WHERE id = ?\
              """,
              key.id());
        });
  }

  private static Instant earliestRevocation(Sql sql, KeyRow key)
      throws SQLException, RefusedException {
    // Without x= nothing ends; a week is then how long mail may be under way (RFC 5321 §4.5.4.1).
    long seconds =
        sql.one(
            """
            SELECT coalesce(d.signature_expiry_seconds, 604800)
            FROM authserver.dkim_key k JOIN authserver.domain d ON d.id = k.domain_id
            WHERE k.id = ?\
            """,
            row -> row.getLong(1),
            key.id());
    Instant retiredAt = key.retiredAt() == null ? key.createdAt() : key.retiredAt();
    return retiredAt.plusSeconds(seconds).plus(GRACE);
  }

  /** Removes keys that never signed or were revoked, all or none. */
  public void remove(DomainName domain, List<String> selectors)
      throws RefusedException, AuthDatabaseException {
    change(
        domain,
        selectors,
        (sql, key) -> {
          if (!key.state().equals("published") && !key.state().equals("revoked")) {
            throw new RefusedException(
                "key %s of domain %s is %s; only a published or revoked key can be removed"
                    .formatted(key.selector(), domain, key.state()));
          }
          sql.update("DELETE FROM authserver.dkim_key WHERE id = ?", key.id());
        });
  }

  /** A change of one key. */
  private interface Change {
    void apply(Sql sql, KeyRow key) throws SQLException, RefusedException;
  }

  private void change(DomainName domain, List<String> selectors, Change change)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "domain " + domain,
        sql -> {
          Things.Domain found = Things.domain(sql, domain);
          for (String text : selectors) {
            String selector = Folding.fold(text);
            Optional<KeyRow> key =
                sql.first(
                    SELECT + "WHERE k.domain_id = ? AND k.selector = ? FOR UPDATE OF k",
                    KeyAdmin::map,
                    found.id(),
                    selector);
            if (key.isEmpty()) {
              throw new RefusedException(
                  "domain " + domain + " has no key with selector " + Folding.quote(text));
            }
            change.apply(sql, key.get());
          }
          return selectors;
        });
  }

  private static void require(KeyRow key, String state, String done) throws RefusedException {
    if (!key.state().equals(state)) {
      throw new RefusedException(
          "key %s of domain %s is %s; only a key that is %s can be %s"
              .formatted(key.selector(), key.domain(), key.state(), state, done));
    }
  }

  private static KeyRow map(ResultSet row) throws SQLException {
    return new KeyRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getBytes(5),
        row.getString(6),
        row.getBoolean(7),
        row.getTimestamp(8).toInstant(),
        instant(row, 9),
        instant(row, 10),
        instant(row, 11));
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    Timestamp time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }
}
