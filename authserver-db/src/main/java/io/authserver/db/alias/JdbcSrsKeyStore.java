package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks {@code authserver.srs_secrets} and its siblings each time. */
public final class JdbcSrsKeyStore implements SrsKeyStore {
  private final AuthDatabase database;

  /** Makes a store. */
  public JdbcSrsKeyStore(AuthDatabase database) {
    this.database = database;
  }

  @Override
  public SrsKeys find(@Nullable String srsDomain) throws AuthDatabaseException {
    return database.read(
        connection -> {
          List<byte[]> secrets = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet rows =
                  statement.executeQuery("SELECT secret FROM authserver.srs_secrets()")) {
            while (rows.next()) {
              secrets.add(rows.getBytes(1));
            }
          }
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT form, since, domain_active FROM authserver.srs_site(?)")) {
            statement.setString(1, srsDomain);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              OffsetDateTime since = row.getObject(2, OffsetDateTime.class);
              Instant at = since == null ? null : since.toInstant();
              return new SrsKeys(secrets, row.getString(1), at, row.getBoolean(3));
            }
          }
        });
  }

  @Override
  public int register(List<byte[]> secrets) throws AuthDatabaseException {
    return database.transaction(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT authserver.forwarder_register_srs_secrets(?)")) {
            statement.setArray(
                1, connection.createArrayOf("bytea", secrets.toArray(byte[][]::new)));
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getInt(1);
            }
          }
        });
  }

  @Override
  public boolean setForm(String form) throws AuthDatabaseException {
    return database.transaction(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT authserver.set_srs_form(?)")) {
            statement.setString(1, form);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getBoolean(1);
            }
          }
        });
  }
}
