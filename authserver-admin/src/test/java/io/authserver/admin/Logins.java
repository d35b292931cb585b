package io.authserver.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Optional;
import org.apache.commons.codec.digest.Sha2Crypt;

/** The queries with which OpenSMTPD and Dovecot log somebody in, asked by a role of theirs. */
final class Logins {
  private static final String COMPOSED =
      """
      SELECT c.primary_alias AS username, c.password AS password
      FROM authserver_resolve_alias(?, FALSE) AS r, authserver_get_credentials(r.alias) AS c\
      """;

  private final String url;

  Logins(TestDatabase database) {
    url = database.apiUrl();
  }

  /** Returns whose mailbox it is that a login with this password leads to. */
  Optional<String> login(String name, String password) throws Exception {
    return ask(COMPOSED, name, null)
        .filter(
            row -> row.hash().equals(Sha2Crypt.sha256Crypt(password.getBytes(UTF_8), row.hash())))
        .map(Row::address);
  }

  /** Returns whether a name may log in where a permission is required. */
  boolean may(String name, String permission) throws Exception {
    return ask(
            "SELECT primary_alias, password FROM authserver_get_credentials(?, ?)",
            name,
            permission)
        .isPresent();
  }

  private record Row(String address, String hash) {}

  private Optional<Row> ask(String query, String name, String permission) throws Exception {
    try (Connection connection =
            DatabaseUrl.parse(url)
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(10));
        PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, name);
      if (permission != null) {
        statement.setString(2, permission);
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Row(row.getString(1), row.getString(2)))
            : Optional.empty();
      }
    }
  }
}
