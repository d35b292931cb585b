package io.authserver.upgrade;

import io.authserver.admin.Main;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.outcome.JdbcOutcomeStore;
import io.authserver.db.outcome.OutcomeKey;
import io.authserver.db.outcome.StoredOutcome;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.demo.Json;
import io.authserver.dkim.key.DkimPrivateKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks a site as its daemons, OpenSMTPD, Dovecot and an administrator do. */
final class Enquiry implements AutoCloseable {
  /**
   * How mailforwarder of 98a55fa asks; it reads the columns by their place. Stays as it is: that
   * daemon goes on while a database is migrated, until it is started anew.
   */
  private static final String FORMER_FORWARDER =
      """
      SELECT input, step, parent, depth, address, decision, domain_id, domain, alias_id,
             matched_local_part, user_id, list_id, list_name, new_mailfrom, owner_address, target,
             block_action, transactional
      FROM authserver.forwarder_resolve(?)
      """;

  /** How dkimsigner of 98a55fa asks; it reads the columns by their names. Stays as it is. */
  private static final String FORMER_SIGNER =
      """
      SELECT k.*, p.header_canonicalization, p.body_canonicalization, p.signed_fields,
        p.oversigned_fields, p.auid
      FROM authserver.signer_keys(?) k
      JOIN authserver.signer_profiles(?) p USING (domain_id)
      ORDER BY k.domain, k.key_id\
      """;

  private static final String WRAPPED = "wrapped_private_key";

  /** Stands in an answer for the address that was asked for. */
  private static final String ASKED = "{address}";

  /** What the asker may use: the URL of a database role of each kind, and secrets. */
  record Access(
      String admin, String signer, String forwarder, String api, Path wrappingKey, Path srs) {}

  private final Access access;
  private final Connection signer;
  private final Connection forwarder;
  private final Connection api;
  private final AuthDatabase pool;

  Enquiry(Access access) throws SQLException, IOException {
    this.access = access;
    this.signer = connect(access.signer());
    this.forwarder = connect(access.forwarder());
    this.api = connect(access.api());
    this.pool =
        AuthDatabase.open(
            AuthDatabase.Settings.forDaemon(DatabaseUrl.parse(access.forwarder()), "enquiry"));
  }

  private static Connection connect(String url) throws SQLException, IOException {
    return DatabaseUrl.parse(url)
        .connect("enquiry", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(60));
  }

  /** Asks. */
  Object ask(Question question) throws Exception {
    List<String> of = question.of();
    return switch (question.kind()) {
      case EXPLAIN -> explain(of.get(0), of.get(1), of.get(2));
      case SPAPI -> spapi(of.getFirst());
      case SPAPI_SRS -> spapi(srs0(Integer.parseInt(of.get(0)), of.get(1), of.get(2)));
      case FORMER_FORWARDER -> rows(forwarder, FORMER_FORWARDER, (Object) array(of));
      case FORMER_SIGNER -> formerSigner(of);
      case DOMAIN -> rows(api, "SELECT * FROM authserver_check_domain(?)", of.getFirst());
      case MAILBOXES -> rows(api, "SELECT * FROM authserver_iterate_users() u ORDER BY u");
      case TOKEN -> new JdbcSrsTokenStore(pool, InstantSource.system()).find(of);
      case OUTCOME -> outcome(of.getFirst());
      case PENDING ->
          rows(
              forwarder,
              "SELECT * FROM authserver.forwarder_pending_envelopes(NULL, 1000) e ORDER BY e");
      case RETURN_ADDRESS, UNDER_WAY -> throw new IllegalArgumentException(question.toString());
    };
  }

  private Object explain(String from, String to, String at) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        Main.run(
            new String[] {"explain", "--json", "--at", at, from, to},
            Map.of(
                "DATABASE_URL", access.admin(),
                "AUTHSERVER_WRAPPING_KEY_FILE", access.wrappingKey().toString(),
                "MAILFORWARDER_SRS_SECRET_FILE", access.srs().toString()),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    if (status != 0) {
      return Map.of("status", status);
    }
    Map<String, Object> explanation = new LinkedHashMap<>();
    ((Map<?, ?>) Json.parse(out.toString(StandardCharsets.UTF_8)))
        .forEach((key, value) -> explanation.put((String) key, value));
    explanation.remove("notes");
    return explanation;
  }

  private Object spapi(String login) throws SQLException {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("alias", spapi("authserver_resolve_alias(?)", login));
    told.put("virtmail", spapi("authserver_resolve_alias(?, TRUE)", login));
    told.put("login", spapi("authserver_get_credentials(?)", login));
    for (String permission : List.of("smtp", "imap", "archive")) {
      told.put(permission, spapi("authserver_get_credentials(?, '" + permission + "')", login));
    }
    told.put("senders", spapi("authserver_sender_addresses(?)", login));
    return told;
  }

  private List<List<String>> spapi(String call, String login) throws SQLException {
    List<List<String>> rows = rows(api, "SELECT * FROM " + call, login);
    rows.forEach(row -> row.replaceAll(value -> login.equals(value) ? ASKED : value));
    return rows;
  }

  private String srs0(int days, String sender, String domain) throws IOException {
    int at = sender.lastIndexOf('@');
    return FormerSrs.srs0(
            Files.readString(access.srs()).strip(),
            sender.substring(0, at),
            sender.substring(at + 1),
            Instant.now().minus(days, ChronoUnit.DAYS))
        + "@"
        + domain;
  }

  /** Returns the rows, with the public half of a key in the place of the wrapped private one. */
  private Object formerSigner(List<String> domains) throws Exception {
    WrappingKeys keys = WrappingKeys.load(List.of(access.wrappingKey()));
    List<Map<String, Object>> found = new ArrayList<>();
    try (PreparedStatement statement = signer.prepareStatement(FORMER_SIGNER)) {
      statement.setArray(1, signer.createArrayOf("text", domains.toArray()));
      statement.setArray(2, signer.createArrayOf("text", domains.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Map<String, Object> row = new LinkedHashMap<>();
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            row.put(rows.getMetaData().getColumnName(i), rows.getString(i));
          }
          byte[] wrapped = rows.getBytes(WRAPPED);
          if (wrapped != null) {
            byte[] pkcs8 =
                keys.unwrap(rows.getString("domain"), rows.getString("selector"), wrapped);
            row.put(WRAPPED, published(pkcs8));
          }
          found.add(row);
        }
      }
    }
    return found;
  }

  private static String published(byte[] pkcs8) throws Exception {
    return Base64.getEncoder()
        .encodeToString(DkimPrivateKey.fromPkcs8(pkcs8).publicKey().published());
  }

  private Object outcome(String key) throws IOException {
    OutcomeKey asked = new OutcomeKey(HexFormat.of().parseHex(key));
    StoredOutcome stored =
        new JdbcOutcomeStore(pool, Duration.ofDays(7)).find(List.of(asked)).get(asked);
    return stored == null ? List.of() : List.of(stored.kind().name(), stored.reply());
  }

  private java.sql.Array array(List<String> texts) throws SQLException {
    return forwarder.createArrayOf("text", texts.toArray());
  }

  private static List<List<String>> rows(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      List<List<String>> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          List<String> row = new ArrayList<>();
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            row.add(rows.getString(i));
          }
          found.add(row);
        }
      }
      return found;
    }
  }

  @Override
  public void close() throws SQLException {
    signer.close();
    forwarder.close();
    api.close();
    pool.close();
  }
}
