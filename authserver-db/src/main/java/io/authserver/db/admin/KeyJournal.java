package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was done with DKIM keys, and by whom; entries are added in the transaction that does it. */
public final class KeyJournal {
  private static final String SELECT =
      "SELECT at, domain, selector, event, forced, person, role FROM authserver.dkim_key_event ";

  private final AdminDatabase database;

  KeyJournal(AdminDatabase database) {
    this.database = database;
  }

  static void add(Sql sql, String domain, String selector, String event, Occasion occasion)
      throws SQLException {
    add(sql, domain, selector, event, false, occasion);
  }

  static void add(
      Sql sql, String domain, String selector, String event, boolean forced, Occasion occasion)
      throws SQLException {
    sql.update(
        """
        INSERT INTO authserver.dkim_key_event (domain, selector, event, forced, person, at)
        VALUES (?, ?, ?, ?, ?, ?)\
        """,
        domain,
        selector,
        event,
        forced,
        occasion.person(),
        occasion.at());
  }

  /**
   * Returns what was done, the latest last.
   *
   * @param domain the domain, which need not exist any more, or null for all
   */
  public List<KeyEvent> list(@Nullable DomainName domain)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the history of keys",
        sql ->
            domain == null
                ? sql.list(SELECT + "ORDER BY id", KeyJournal::map)
                : sql.list(
                    SELECT + "WHERE domain = ? ORDER BY id", KeyJournal::map, domain.name()));
  }

  private static KeyEvent map(ResultSet row) throws SQLException {
    return new KeyEvent(
        row.getTimestamp(1).toInstant(),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getBoolean(5),
        row.getString(6),
        row.getString(7));
  }
}
