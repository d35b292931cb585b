package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, shows and removes domains. */
public final class DomainAdmin {
  private static final String SELECT =
      """
      SELECT d.id, d.name, d.redirect_to, d.can_use_transactional, d.sign, d.require_signature,
        d.refuse_several_authors, d.sign_by_reverse_path, d.signature_expiry_seconds,
        (SELECT count(*) FROM authserver.dkim_key k WHERE k.domain_id = d.id AND k.state = 'active'),
        (SELECT count(*) FROM authserver.dkim_key k WHERE k.domain_id = d.id),
        (SELECT count(*) FROM authserver.email_alias a WHERE a.domain_id = d.id)
      FROM authserver.domain d
      """;

  private final AdminDatabase database;

  DomainAdmin(AdminDatabase database) {
    this.database = database;
  }

  /**
   * Creates a domain with keys, and with its postmaster's aliases where that is asked for.
   *
   * @return the keys as stored
   */
  public List<KeyRow> create(NewDomain domain, List<NewKey> keys)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "domain " + domain.name(),
        sql -> {
          long id = insert(sql, domain);
          Things.Domain created = new Things.Domain(id, domain.name());
          List<KeyRow> stored = new ArrayList<>();
          for (NewKey key : keys) {
            stored.add(KeyAdmin.insert(sql, created, key));
          }
          if (domain.postmaster() != null) {
            AliasTarget target = Things.userOrList(sql, domain.postmaster());
            // RFC 2142 §5 and §4: the two that every domain with mail must have.
            AliasAdmin.insert(sql, new Address("postmaster", domain.name()), target, null);
            AliasAdmin.insert(sql, new Address("abuse", domain.name()), target, null);
          }
          return stored;
        });
  }

  private static long insert(Sql sql, NewDomain domain) throws SQLException, RefusedException {
    DomainName redirectTo = domain.redirectTo();
    return sql.one(
        """
        INSERT INTO authserver.domain (name, redirect_to, can_use_transactional, sign,
          require_signature, refuse_several_authors, sign_by_reverse_path, signature_expiry_seconds)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        RETURNING id\
        """,
        row -> row.getLong(1),
        domain.name().name(),
        redirectTo == null ? null : redirectTo.name(),
        domain.transactional(),
        domain.sign(),
        domain.requireSignature(),
        domain.refuseSeveralAuthors(),
        domain.signByReversePath(),
        domain.signatureExpiry().map(Duration::toSeconds).orElse(null));
  }

  /**
   * Returns domains by name.
   *
   * @param contains a text that the name has in it, or null for all
   */
  public List<DomainRow> list(@Nullable String contains)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of domains",
        sql ->
            contains == null
                ? sql.list(SELECT + "ORDER BY d.name", DomainAdmin::map)
                : sql.list(
                    SELECT + "WHERE position(? IN d.name) > 0 ORDER BY d.name",
                    DomainAdmin::map,
                    Folding.fold(contains)));
  }

  /** Returns a domain. */
  public DomainRow get(DomainName name) throws RefusedException, AuthDatabaseException {
    return database.transact("domain " + name, sql -> get(sql, name));
  }

  private static DomainRow get(Sql sql, DomainName name) throws SQLException, RefusedException {
    return sql.first(SELECT + "WHERE d.name = ?", DomainAdmin::map, name.name())
        .orElseThrow(() -> new RefusedException("domain " + name + " does not exist"));
  }

  /** Removes domains with their keys; one that still has aliases is refused, and then all are. */
  public void remove(List<DomainName> names) throws RefusedException, AuthDatabaseException {
    database.transact(
        names.size() == 1 ? "domain " + names.get(0) : "one of the domains",
        sql -> {
          for (DomainName name : names) {
            DomainRow row = get(sql, name);
            if (row.aliases() > 0) {
              throw new RefusedException(
                  "domain %s still has %d %s; remove them first"
                      .formatted(name, row.aliases(), row.aliases() == 1 ? "alias" : "aliases"));
            }
            sql.update("DELETE FROM authserver.domain WHERE id = ?", row.id());
          }
          return names;
        });
  }

  private static DomainRow map(ResultSet row) throws SQLException {
    long expirySeconds = row.getLong(9);
    Optional<Duration> expiry =
        row.wasNull() ? Optional.empty() : Optional.of(Duration.ofSeconds(expirySeconds));
    return new DomainRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        row.getBoolean(5),
        row.getBoolean(6),
        row.getBoolean(7),
        row.getBoolean(8),
        expiry,
        row.getInt(10),
        row.getInt(11),
        row.getInt(12));
  }
}
