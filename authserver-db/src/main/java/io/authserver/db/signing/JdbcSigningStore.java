package io.authserver.db.signing;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks {@code authserver.signer_keys} and {@code signer_profiles} each time, in one statement. */
public final class JdbcSigningStore implements SigningStore {
  private final AuthDatabase database;

  public JdbcSigningStore(AuthDatabase database) {
    this.database = database;
  }

  @Override
  public Map<String, SigningDomain> find(Collection<String> domains) throws AuthDatabaseException {
    if (domains.isEmpty()) {
      return Map.of();
    }
    return database.read(connection -> query(connection, domains));
  }

  private static Map<String, SigningDomain> query(Connection connection, Collection<String> domains)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT k.*, p.header_canonicalization, p.body_canonicalization, p.signed_fields,
              p.oversigned_fields, p.auid, p.author_must_match
            FROM authserver.signer_keys(?) k
            JOIN authserver.signer_profiles(?) p USING (domain_id)
            ORDER BY k.domain, k.key_id\
            """)) {
      Array names = connection.createArrayOf("text", domains.toArray());
      statement.setArray(1, names);
      statement.setArray(2, names);
      try (ResultSet rows = statement.executeQuery()) {
        Map<String, SigningDomain> found = new LinkedHashMap<>();
        while (rows.next()) {
          String name = rows.getString("domain");
          SigningDomain before = found.get(name);
          List<StoredKey> keys = new ArrayList<>(before == null ? List.of() : before.activeKeys());
          long keyId = rows.getLong("key_id");
          if (!rows.wasNull()) {
            keys.add(
                new StoredKey(
                    keyId,
                    rows.getString("selector"),
                    rows.getString("algorithm"),
                    rows.getBytes("wrapped_private_key")));
          }
          found.put(name, new SigningDomain(rows.getLong("domain_id"), name, policy(rows), keys));
        }
        return found;
      }
    }
  }

  private static SigningPolicy policy(ResultSet row) throws SQLException {
    long expirySeconds = row.getLong("signature_expiry_seconds");
    Duration expiry = row.wasNull() ? null : Duration.ofSeconds(expirySeconds);
    return new SigningPolicy(
        row.getBoolean("sign"),
        row.getBoolean("require_signature"),
        row.getBoolean("refuse_several_authors"),
        row.getBoolean("sign_by_reverse_path"),
        expiry,
        new SignatureForm(
            row.getString("header_canonicalization"),
            row.getString("body_canonicalization"),
            SignatureForm.fieldNames(row.getString("signed_fields")),
            SignatureForm.fieldNames(row.getString("oversigned_fields")),
            row.getString("auid")),
        !"off".equals(row.getString("author_must_match")));
  }
}
