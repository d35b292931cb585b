package io.authserver.db.migrate;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The stored-procedure API for OpenSMTPD and Dovecot: routines in schema public that members of
 * authserver_api may execute.
 */
public final class StoredProcedureApi {
  /** The routines of the API, as PostgreSQL writes their signatures. */
  public static final List<String> SIGNATURES =
      List.of(
          "public.authserver_get_credentials(character varying)",
          "public.authserver_get_credentials(character varying, character varying)",
          "public.authserver_check_domain(character varying)",
          "public.authserver_resolve_alias(character varying, boolean)",
          "public.authserver_iterate_users()",
          "public.authserver_sender_addresses(character varying)");

  private static final String GROUP = "authserver_api";

  private final DatabaseUrl url;

  /** For a migrated database, as a role that may act as authserver_owner. */
  public StoredProcedureApi(DatabaseUrl url) {
    this.url = url;
  }

  /** Installs the routines anew, and what they call. */
  public void install() throws AuthDatabaseException {
    OwnerConnection.callAlone(
        url,
        connection -> {
          connection.setAutoCommit(false);
          List<String> installed =
              MigrationRunner.installRoutines(connection, SqlFiles.routines(), true);
          connection.commit();
          return installed;
        });
  }

  /**
   * Lets roles execute the routines. They must exist.
   *
   * @throws AuthDatabaseException where one does not exist (SQLSTATE 42704); then none gets the
   *     right
   */
  public void grant(List<String> roles) throws AuthDatabaseException {
    change(roles, "GRANT " + GROUP + " TO ", (connection, role) -> {});
  }

  /**
   * Takes the right away again.
   *
   * @throws AuthDatabaseException where a role does not exist (SQLSTATE 42704), or was granted it
   *     by another role than the owner; then none loses the right
   */
  public void revoke(List<String> roles) throws AuthDatabaseException {
    change(roles, "REVOKE " + GROUP + " FROM ", StoredProcedureApi::requireRevoked);
  }

  /** From PostgreSQL 16 on a REVOKE takes away only what the same role has granted. */
  private static void requireRevoked(Connection connection, String role)
      throws SQLException, AuthDatabaseException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_get_userbyid(m.grantor) FROM pg_catalog.pg_auth_members m"
                + " JOIN pg_catalog.pg_roles r ON r.oid = m.member"
                + " WHERE m.roleid = ?::regrole AND r.rolname = ?")) {
      statement.setString(1, GROUP);
      statement.setString(2, role);
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          throw AuthDatabaseException.unfit(
              "role %s was granted %s by role %s, which has to revoke it"
                  .formatted(role, GROUP, row.getString(1)));
        }
      }
    }
  }

  /** What is looked at after the statement. */
  private interface Afterwards {
    void check(Connection connection, String role) throws SQLException, AuthDatabaseException;
  }

  private void change(List<String> roles, String statementHead, Afterwards afterwards)
      throws AuthDatabaseException {
    OwnerConnection.callAlone(
        url,
        connection -> {
          connection.setAutoCommit(false);
          try (Statement statement = connection.createStatement()) {
            for (String role : roles) {
              statement.execute(statementHead + "\"" + role.replace("\"", "\"\"") + "\"");
              afterwards.check(connection, role);
            }
          }
          connection.commit();
          return roles;
        });
  }

  /** What is not installed as it should be, one line each; empty where all is. */
  public List<String> check() throws AuthDatabaseException {
    return OwnerConnection.call(url, StoredProcedureApi::problems);
  }

  /**
   * Which routines a role may not execute, one line each; empty where it may execute all.
   *
   * @throws AuthDatabaseException where the role does not exist (SQLSTATE 42704)
   */
  public List<String> check(String role) throws AuthDatabaseException {
    return OwnerConnection.call(
        url,
        connection -> {
          List<String> problems = new ArrayList<>(problems(connection));
          if (problems.isEmpty()) {
            try (PreparedStatement statement =
                connection.prepareStatement(
                    "SELECT has_schema_privilege(?, 'public', 'USAGE')"
                        + " AND has_function_privilege(?, ?, 'EXECUTE')")) {
              for (String signature : SIGNATURES) {
                statement.setString(1, role);
                statement.setString(2, role);
                statement.setString(3, signature);
                try (ResultSet row = statement.executeQuery()) {
                  row.next();
                  if (!row.getBoolean(1)) {
                    problems.add("role " + role + " may not execute " + signature);
                  }
                }
              }
            }
          }
          return problems;
        });
  }

  private static List<String> problems(Connection connection) throws SQLException {
    List<String> problems = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT p.prosecdef AND pg_get_userbyid(p.proowner) = '"
                + Schema.OWNER
                + "', has_function_privilege('public', p.oid, 'EXECUTE')"
                + " FROM pg_catalog.pg_proc p WHERE p.oid = to_regprocedure(?)")) {
      for (String signature : SIGNATURES) {
        statement.setString(1, signature);
        try (ResultSet row = statement.executeQuery()) {
          if (!row.next()) {
            problems.add(signature + " is missing");
          } else if (!row.getBoolean(1)) {
            problems.add(signature + " does not work as " + Schema.OWNER);
          } else if (row.getBoolean(2)) {
            problems.add(signature + " may be executed by everybody");
          }
        }
      }
    }
    problems.addAll(planted(connection));
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT has_schema_privilege('public', 'public', 'CREATE')")) {
      row.next();
      if (row.getBoolean(1)) {
        problems.add(
            "everybody may create in schema public, and so plant a routine of the same name");
      }
    }
    return problems;
  }

  /**
   * Routines beside ours of the same names. OpenSMTPD's parameters have no type: where there is one
   * that takes text, PostgreSQL prefers it to varchar.
   */
  private static List<String> planted(Connection connection) throws SQLException {
    List<String> problems = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner)"
                + " FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
                + " AND p.proname LIKE 'authserver\\_%'"
                + " AND p.oid NOT IN (SELECT to_regprocedure(s) FROM unnest(?) s"
                + " WHERE to_regprocedure(s) IS NOT NULL) ORDER BY 1")) {
      statement.setArray(1, connection.createArrayOf("text", SIGNATURES.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          problems.add(
              "%s of role %s is not of the API, and may be called in its place"
                  .formatted(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return problems;
  }
}
