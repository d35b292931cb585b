package io.authserver.db.mailauth;

import io.authserver.db.admin.RefusedException;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The database of the reference, seen in one snapshot and never written to. Owned by one thread.
 */
public final class MailauthSource implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int BATCH_OF_LISTS = 20;
  private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(15);
  // Between two reads it waits for our database, whose statements have a minute each.
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(15);

  /** What must be there, of which a role may lack the right to read it. */
  private static final Map<String, List<String>> NEEDED =
      Map.ofEntries(
          Map.entry(
              "mailauth_domain", List.of("id", "name", "dkimselector", "dkimkey", "redirect_to")),
          Map.entry(
              "mailauth_emailalias",
              List.of("id", "user_id", "domain_id", "mailprefix", "forward_to_id")),
          Map.entry(
              "mailauth_mnuser",
              List.of(
                  "uuid",
                  "identifier",
                  "password",
                  "fullname",
                  "delivery_mailbox_id",
                  "is_staff",
                  "is_active")),
          Map.entry("mailauth_mailinglist", List.of("id", "name", "addresses", "new_mailfrom")),
          Map.entry(
              "mailauth_mnserviceuser",
              List.of("id", "user_id", "username", "password", "description")),
          Map.entry("mailauth_mnapplicationpermission", List.of("id", "name", "permission_name")),
          Map.entry("mailauth_mngroup", List.of("id", "name")),
          Map.entry(
              "mailauth_mngroup_group_permissions",
              List.of("mngroup_id", "mnapplicationpermission_id")),
          Map.entry(
              "mailauth_mnuser_app_permissions",
              List.of("mnuser_id", "mnapplicationpermission_id")),
          Map.entry("mailauth_mnuser_app_groups", List.of("mnuser_id", "mngroup_id")));

  private final Connection connection;
  private final Set<String> columns = new HashSet<>();

  private MailauthSource(Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects, and begins the transaction in which all is read.
   *
   * @throws RefusedException where it is no database of the reference, or one that we may not read
   * @throws AuthDatabaseException where it cannot be reached
   */
  public static MailauthSource open(DatabaseUrl url)
      throws AuthDatabaseException, RefusedException {
    Connection connection;
    try {
      connection =
          url.connect(
              "authserver import",
              DatabaseUrl.Server.PREFER_PRIMARY,
              STATEMENT_TIMEOUT.plusSeconds(10));
    } catch (AuthDatabaseException e) {
      throw failure(e);
    }
    MailauthSource source = new MailauthSource(connection);
    boolean done = false;
    try {
      source.begin();
      done = true;
      return source;
    } catch (SQLException e) {
      throw failure(e);
    } finally {
      if (!done) {
        source.close();
      }
    }
  }

  private void begin() throws SQLException, RefusedException {
    connection.setAutoCommit(false);
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          // All rows are wanted, so the plan for all of them, not that for the first few.
          "SET cursor_tuple_fraction = 1; SET statement_timeout = %d; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d"
              .formatted(
                  STATEMENT_TIMEOUT.toMillis(), LOCK_TIMEOUT.toMillis(), IDLE_TIMEOUT.toMillis()));
      // Functions of that database are none of ours to run: only its tables are looked up there.
      try (ResultSet row =
          statement.executeQuery(
              """
              SELECT set_config('search_path', 'pg_catalog, ' || quote_ident(n.nspname), true)
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              WHERE c.oid = to_regclass('mailauth_domain')\
              """)) {
        if (!row.next()) {
          throw new RefusedException(
              "the reference's database has no table mailauth_domain on the search path of this"
                  + " role");
        }
      }
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = (current_schemas(false))[2] AND table_name = ANY (?)
              AND pg_catalog.has_column_privilege(
                quote_ident(table_schema) || '.' || quote_ident(table_name), column_name,
                'SELECT')\
            """)) {
      statement.setArray(1, connection.createArrayOf("text", NEEDED.keySet().toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          columns.add(rows.getString(1));
        }
      }
    }
    for (String table : NEEDED.keySet().stream().sorted().toList()) {
      for (String column : NEEDED.getOrDefault(table, List.of())) {
        if (!has(table + "." + column)) {
          throw new RefusedException(
              "the reference's database has no column "
                  + table
                  + "."
                  + column
                  + ", or this role may not read it");
        }
      }
    }
  }

  /** Whether an older database of the reference lacks a column. */
  private boolean has(String column) {
    return columns.contains(column);
  }

  /** Returns whether a domain has a private key, for which a wrapping key is then needed. */
  public boolean hasKeys() throws AuthDatabaseException {
    List<SourceRow.Unused> keys = new ArrayList<>();
    count(
        keys,
        "mailauth_domain.dkimkey",
        "SELECT count(*) FROM mailauth_domain WHERE dkimkey ~ '[^[:space:]]'");
    return !keys.isEmpty();
  }

  SourceRows<SourceRow.Domain> domains() throws AuthDatabaseException {
    String column = "mailauth_domain.can_use_transactional_email";
    String sql =
        """
        SELECT id, name, dkimselector, left(dkimkey, %d), redirect_to, %s
        FROM mailauth_domain ORDER BY name <> lower(name COLLATE "C"), id\
        """
            .formatted(SourceRow.MAX_KEY_TEXT + 1, has(column) ? column : "false");
    return SourceRows.of(
        connection,
        BATCH,
        sql,
        row ->
            new SourceRow.Domain(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getBoolean(6)));
  }

  /** Users whose identifiers differ in case alone follow each other, the folded one first. */
  SourceRows<SourceRow.User> users() throws AuthDatabaseException {
    return SourceRows.of(
        connection,
        BATCH,
        """
        SELECT uuid::text, identifier, password, fullname, is_staff, is_active
        FROM mailauth_mnuser
        ORDER BY lower(identifier COLLATE "C"), identifier <> lower(identifier COLLATE "C"), uuid\
        """,
        row ->
            new SourceRow.User(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5),
                row.getBoolean(6)));
  }

  SourceRows<SourceRow.Mailbox> mailboxes() throws AuthDatabaseException {
    return SourceRows.of(
        connection,
        BATCH,
        """
        SELECT u.uuid::text, u.identifier, a.domain_id, d.name, a.mailprefix, a.user_id::text
        FROM mailauth_mnuser u
          JOIN mailauth_emailalias a ON a.id = u.delivery_mailbox_id
          JOIN mailauth_domain d ON d.id = a.domain_id
        ORDER BY u.uuid\
        """,
        row ->
            new SourceRow.Mailbox(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                row.getString(4),
                row.getString(5),
                row.getString(6)));
  }

  SourceRows<SourceRow.MailingList> lists() throws AuthDatabaseException {
    // All at once: nothing says that aliases have an index by list.
    String sql =
        """
        WITH back AS MATERIALIZED (
          SELECT DISTINCT a.forward_to_id AS id
          FROM mailauth_mailinglist l
            JOIN mailauth_emailalias a ON a.forward_to_id = l.id
            JOIN mailauth_domain d ON d.id = a.domain_id
          WHERE l.new_mailfrom <> ''
            AND lower(a.mailprefix || '@' || d.name COLLATE "C")
              = lower(l.new_mailfrom COLLATE "C"))
        SELECT l.id, l.name, l.addresses[1:%d], l.new_mailfrom, back.id IS NOT NULL, %s
        FROM mailauth_mailinglist l LEFT JOIN back ON back.id = l.id ORDER BY l.id\
        """
            .formatted(
                SourceRow.MAX_MEMBERS + 1,
                has("mailauth_mailinglist.owner_id") ? "l.owner_id::text" : "NULL");
    return SourceRows.of(
        connection,
        BATCH_OF_LISTS,
        sql,
        row ->
            new SourceRow.MailingList(
                row.getLong(1),
                row.getString(2),
                texts(row.getArray(3)),
                row.getString(4),
                row.getString(6),
                row.getBoolean(5)));
  }

  private static List<String> texts(@Nullable Array array) throws SQLException {
    List<String> texts = new ArrayList<>();
    if (array != null) {
      for (@Nullable String text : (@Nullable String[]) array.getArray()) {
        texts.add(text == null ? "" : text);
      }
    }
    return texts;
  }

  /** Aliases whose addresses differ in case alone follow each other, the folded one first. */
  SourceRows<SourceRow.Alias> aliases() throws AuthDatabaseException {
    String sql =
        "SELECT a.id, a.domain_id, d.name, a.mailprefix, a.user_id::text, a.forward_to_id, "
            + (has("mailauth_emailalias.blacklisted") ? "a.blacklisted" : "false")
            + """
             FROM mailauth_emailalias a JOIN mailauth_domain d ON d.id = a.domain_id
            ORDER BY a.domain_id, lower(a.mailprefix COLLATE "C"),
              a.mailprefix <> lower(a.mailprefix COLLATE "C"), a.id\
            """;
    return SourceRows.of(
        connection,
        BATCH,
        sql,
        row -> {
          long list = row.getLong(6);
          Long listOrNull = row.wasNull() ? null : list;
          return new SourceRow.Alias(
              row.getLong(1),
              row.getLong(2),
              row.getString(3),
              row.getString(4),
              row.getString(5),
              listOrNull,
              row.getBoolean(7));
        });
  }

  /** Service users whose names differ in case alone follow each other, the folded one first. */
  SourceRows<SourceRow.ServiceUser> serviceUsers() throws AuthDatabaseException {
    return SourceRows.of(
        connection,
        BATCH,
        """
        SELECT id, user_id::text, username, password, description FROM mailauth_mnserviceuser
        ORDER BY lower(username COLLATE "C"), username <> lower(username COLLATE "C"), id\
        """,
        row ->
            new SourceRow.ServiceUser(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5)));
  }

  SourceRows<SourceRow.Permission> permissions() throws AuthDatabaseException {
    return SourceRows.of(
        connection,
        BATCH,
        "SELECT id, permission_name, name FROM mailauth_mnapplicationpermission ORDER BY id",
        row -> new SourceRow.Permission(row.getLong(1), row.getString(2), row.getString(3)));
  }

  SourceRows<SourceRow.Group> groups() throws AuthDatabaseException {
    return SourceRows.of(
        connection,
        BATCH,
        "SELECT id, name FROM mailauth_mngroup ORDER BY id",
        row -> new SourceRow.Group(row.getLong(1), row.getString(2)));
  }

  SourceRows<SourceRow.Tie> groupPermissions() throws AuthDatabaseException {
    return ties(
        """
        SELECT mngroup_id::text, mnapplicationpermission_id::text
        FROM mailauth_mngroup_group_permissions ORDER BY 1, 2\
        """);
  }

  SourceRows<SourceRow.Tie> userPermissions() throws AuthDatabaseException {
    return ties(
        """
        SELECT mnuser_id::text, mnapplicationpermission_id::text
        FROM mailauth_mnuser_app_permissions ORDER BY 1, 2\
        """);
  }

  SourceRows<SourceRow.Tie> userGroups() throws AuthDatabaseException {
    return ties(
        """
        SELECT mnuser_id::text, mngroup_id::text
        FROM mailauth_mnuser_app_groups ORDER BY 1, 2\
        """);
  }

  private SourceRows<SourceRow.Tie> ties(String sql) throws AuthDatabaseException {
    return SourceRows.of(
        connection, BATCH, sql, row -> new SourceRow.Tie(row.getString(1), row.getString(2)));
  }

  /** Returns what is used there and has no place here. */
  List<SourceRow.Unused> unused() throws AuthDatabaseException {
    List<SourceRow.Unused> unused = new ArrayList<>();
    count(
        unused,
        "mailauth_domain.jwtkey",
        "SELECT count(*) FROM mailauth_domain WHERE jwtkey <> ''");
    count(
        unused,
        "mailauth_domain.jwt_subdomains",
        "SELECT count(*) FROM mailauth_domain WHERE jwt_subdomains");
    count(
        unused,
        "mailauth_mnuser.pgp_key_id",
        "SELECT count(*) FROM mailauth_mnuser WHERE pgp_key_id <> ''");
    count(
        unused,
        "mailauth_mnuser.yubikey_serial",
        "SELECT count(*) FROM mailauth_mnuser WHERE yubikey_serial <> ''");
    return unused;
  }

  private void count(List<SourceRow.Unused> unused, String column, String sql)
      throws AuthDatabaseException {
    if (!has(column)) {
      return;
    }
    try (SourceRows<SourceRow.Unused> rows =
        SourceRows.of(connection, 1, sql, row -> new SourceRow.Unused(column, row.getLong(1)))) {
      rows.next().stream().filter(row -> row.rows() > 0).forEach(unused::add);
    }
  }

  static AuthDatabaseException failure(SQLException failure) {
    return failure(AuthDatabaseException.of(failure));
  }

  /** Says of which of the two databases it is. */
  private static AuthDatabaseException failure(AuthDatabaseException failure) {
    String text =
        "the reference's: " + String.valueOf(failure.getMessage()).replaceFirst("^database: ", "");
    String state = failure.sqlState() == null ? "" : failure.sqlState();
    // No login and no such database: there is no connection to be had either.
    return failure.isUnreachable() || state.startsWith("28") || state.equals("3D000")
        ? AuthDatabaseException.unreachable(text, failure)
        : AuthDatabaseException.unfit(text);
  }

  @Override
  public void close() throws AuthDatabaseException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure(e);
    }
  }
}
