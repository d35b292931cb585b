package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The life of DKIM keys: published, active, retired, revoked. A switch is one transaction. */
public final class KeyAdmin {
  /** How long after the end of its last signature a key stays in DNS (design: 5 days). */
  public static final Duration GRACE = Duration.ofDays(5);

  static final String SELECT =
      """
      SELECT k.id, d.name, k.selector, k.algorithm, k.public_key, k.state, k.forced, k.created_at,
        k.activated_at, k.retired_at, k.revoked_at, k.seen_since, k.signatures_until, k.gone_at
      FROM authserver.dkim_key k JOIN authserver.domain d ON d.id = k.domain_id
      """;

  /** Without x= nothing ends; a week is then how long mail may be under way. */
  private static final Duration UNDER_WAY_WITHOUT_EXPIRY = Duration.ofDays(7);

  /** Default selectors of one algorithm and day. */
  private static final int MAX_KEYS_A_DAY = 1000;

  private final AdminDatabase database;

  KeyAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Stores a key: published, or active where it was imported. */
  public KeyRow create(DomainName domain, NewKey key, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "domain " + domain, sql -> insert(sql, Things.domain(sql, domain), key, occasion));
  }

  /**
   * Stores a key in a transaction that is under way.
   *
   * @param domainId the key of the domain's row
   */
  public static KeyRow insert(
      Sql sql, long domainId, DomainName domain, NewKey key, Occasion occasion)
      throws SQLException, RefusedException {
    return insert(sql, new Things.Domain(domainId, domain), key, occasion);
  }

  static KeyRow insert(Sql sql, Things.Domain domain, NewKey key, Occasion occasion)
      throws SQLException, RefusedException {
    Selector selector = selector(sql, domain, key);
    byte[] wrapped = key.wrapper().wrap(domain.name().name(), selector.name());
    long id =
        sql.one(
            """
            INSERT INTO authserver.dkim_key
              (domain_id, selector, algorithm, wrapped_private_key, public_key, state, created_at,
              activated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            RETURNING id\
            """,
            row -> row.getLong(1),
            domain.id(),
            selector.name(),
            key.algorithm(),
            wrapped,
            key.publicKey(),
            key.imported() ? "active" : "published",
            occasion.at(),
            key.imported() ? occasion.at() : null);
    KeyJournal.add(
        sql,
        domain.name().name(),
        selector.name(),
        key.imported() ? "imported" : "created",
        occasion);
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
    throw new RefusedException(
        "domain %s has %d keys of one day already; give the next one a --selector"
            .formatted(domain.name(), MAX_KEYS_A_DAY));
  }

  /**
   * Returns keys by domain and age: those of the domains that are named, and of these the ones that
   * contain a text in the name of the domain or in the selector, and that sign or do not.
   */
  public List<KeyRow> select(Selection selection) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of keys",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and(
                "k.domain_id = ANY (?::bigint[])",
                Naming.resolve(sql, new DomainNaming(), selection.names()));
          }
          String text = selection.contains();
          if (text != null) {
            where.and(
                "position(? IN d.name) > 0 OR position(? IN k.selector) > 0",
                DomainNaming.part(text),
                AsciiCase.lower(text));
          }
          if (selection.state() != null) {
            where.and("(k.state = 'active') = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY d.name, k.id", KeyAdmin::map, where.values());
        });
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
   * Hands out the wrapped private half of a key for an export, and records that.
   *
   * @throws RefusedException where the key does not exist or its private half was forgotten
   */
  public byte[] export(DomainName domain, String selector, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    List<byte[]> exported = new ArrayList<>();
    change(
        domain,
        List.of(selector),
        (sql, key) -> {
          byte[] wrapped =
              sql.one(
                      "SELECT wrapped_private_key FROM authserver.dkim_key WHERE id = ?",
                      row -> Optional.ofNullable(row.getBytes(1)),
                      key.id())
                  .orElseThrow(
                      () ->
                          new RefusedException(
                              "key %s of domain %s is %s and its private half was forgotten"
                                  .formatted(key.selector(), domain, key.state())));
          KeyJournal.add(sql, key.domain(), key.selector(), "exported", occasion);
          exported.add(wrapped);
        });
    return exported.getFirst();
  }

  /**
   * Makes keys sign: published becomes active, all or none.
   *
   * @param forced whether their DNS records were not seen
   */
  public void activate(DomainName domain, List<String> selectors, boolean forced, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    change(domain, selectors, (sql, key) -> activate(sql, key, forced, occasion));
  }

  static void activate(Sql sql, KeyRow key, boolean forced, Occasion occasion)
      throws SQLException, RefusedException {
    require(key, "published", "activated");
    sql.update(
        """
        UPDATE authserver.dkim_key
        SET state = 'active', activated_at = ?, forced = ?, seen_since = NULL
        WHERE id = ?\
        """,
        occasion.at(),
        forced,
        key.id());
    KeyJournal.add(sql, key.domain(), key.selector(), "activated", forced, occasion);
  }

  /** Notes when the signatures of a domain's active keys expire, before its expiry is changed. */
  static void settleSignatures(Sql sql, DomainRow domain, Occasion occasion) throws SQLException {
    sql.update(
        """
        UPDATE authserver.dkim_key
        SET signatures_until = greatest(signatures_until,
          ?::timestamptz + make_interval(secs => ?))
        WHERE domain_id = ? AND state = 'active'\
        """,
        occasion.at(),
        (double) domain.settings().signatureExpiry().orElse(UNDER_WAY_WITHOUT_EXPIRY).toSeconds(),
        domain.id());
  }

  /** Stops keys from signing: active becomes retired, all or none. Their records stay in DNS. */
  public void retire(DomainName domain, List<String> selectors, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    change(domain, selectors, (sql, key) -> retire(sql, key, occasion));
  }

  static void retire(Sql sql, KeyRow key, Occasion occasion) throws SQLException, RefusedException {
    require(key, "active", "retired");
    sql.update(
        """
        UPDATE authserver.dkim_key k
        SET state = 'retired', retired_at = ?, signatures_until = greatest(k.signatures_until,
          ?::timestamptz + make_interval(secs => coalesce(d.signature_expiry_seconds, 604800)))
        FROM authserver.domain d
        WHERE d.id = k.domain_id AND k.id = ?\
        """,
        occasion.at(),
        occasion.at(),
        key.id());
    KeyJournal.add(sql, key.domain(), key.selector(), "retired", occasion);
  }

  /**
   * Gives keys up: retired becomes revoked, all or none, and the private half is forgotten.
   *
   * @param force whether not to wait until the last signatures have expired
   */
  public void revoke(DomainName domain, List<String> selectors, boolean force, Occasion occasion)
      throws RefusedException, AuthDatabaseException {
    change(
        domain,
        selectors,
        (sql, key) -> {
          require(key, "retired", "revoked");
          Instant earliest = earliestRevocation(key);
          boolean early = occasion.at().isBefore(earliest);
          if (early && !force) {
            throw new RefusedException(
                "key "
                    + key.selector()
                    + " of domain "
                    + domain
                    + " is needed in DNS until "
                    + earliest
                    + ", when its last signatures have expired");
          }
          revoke(sql, key, early, occasion);
        });
  }

  static void revoke(Sql sql, KeyRow key, boolean early, Occasion occasion) throws SQLException {
    sql.update(
        """
        UPDATE authserver.dkim_key
        SET state = 'revoked', revoked_at = ?, wrapped_private_key = NULL
        WHERE id = ?\
        """,
        occasion.at(),
        key.id());
    KeyJournal.add(sql, key.domain(), key.selector(), "revoked", early, occasion);
  }

  /**
   * Returns before when a retired key must stay in DNS: until its last signature has expired, and
   * {@link #GRACE} more.
   */
  public static Instant earliestRevocation(KeyRow key) {
    Instant until = key.signaturesUntil();
    if (until == null) {
      Instant retiredAt = key.retiredAt() == null ? key.createdAt() : key.retiredAt();
      until = retiredAt.plus(UNDER_WAY_WITHOUT_EXPIRY);
    }
    return until.plus(GRACE);
  }

  /** Removes keys that never signed or were revoked, all or none. */
  public void remove(DomainName domain, List<String> selectors, Occasion occasion)
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
          KeyJournal.add(sql, key.domain(), key.selector(), "removed", occasion);
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
            change.apply(sql, locked(sql, found, text));
          }
          return selectors;
        });
  }

  /** Returns a key, which nobody else changes until the transaction ends. */
  static KeyRow locked(Sql sql, Things.Domain domain, String selector)
      throws SQLException, RefusedException {
    return sql.first(
            SELECT + "WHERE k.domain_id = ? AND k.selector = ? FOR UPDATE OF k",
            KeyAdmin::map,
            domain.id(),
            AsciiCase.lower(selector))
        .orElseThrow(
            () ->
                new RefusedException(
                    "domain %s has no key with selector %s"
                        .formatted(domain.name(), Quoting.quote(selector))));
  }

  static void require(KeyRow key, String state, String done) throws RefusedException {
    if (!key.state().equals(state)) {
      throw new RefusedException(
          "key %s of domain %s is %s; only a key that is %s can be %s"
              .formatted(key.selector(), key.domain(), key.state(), state, done));
    }
  }

  static KeyRow map(ResultSet row) throws SQLException {
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
        instant(row, 11),
        instant(row, 12),
        instant(row, 13),
        instant(row, 14));
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    Timestamp time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }
}
