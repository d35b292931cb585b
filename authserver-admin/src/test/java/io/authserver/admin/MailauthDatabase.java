package io.authserver.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.authserver.db.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/**
 * A database of the reference, to be imported from: user 1 is alice, 2 is bob; domain 1 is
 * ours.example.
 */
final class MailauthDatabase implements AutoCloseable {
  static final String ALICE = "00000000-0000-0000-0000-000000000001";
  static final String BOB = "00000000-0000-0000-0000-000000000002";
  static final String HASH = "$5$rounds=1000$saltsaltsaltsalt$Wvf4VSk5KPrHEnG5YT0nStdxV2GCCzSuN";

  private final TestDatabase database = TestDatabase.createWithoutSchema();

  private MailauthDatabase() {}

  /** As older versions have it. */
  static MailauthDatabase older() {
    MailauthDatabase made = new MailauthDatabase();
    made.database.execute(resource("older.sql"));
    return made;
  }

  /** As newer versions have it, with two users who have mailboxes and a domain. */
  static MailauthDatabase newer() {
    MailauthDatabase made = older();
    made.database.execute(resource("newer.sql"));
    made.people();
    return made;
  }

  void people() {
    execute(
        "INSERT INTO mailauth_domain (name) VALUES ('ours.example')",
        "INSERT INTO mailauth_mnuser (uuid, identifier, password, fullname, is_staff) VALUES"
            + " ('%s', 'alice', '%s', 'Alice Example', true), ('%s', 'bob', '%s', 'Bob', false)"
                .formatted(ALICE, HASH, BOB, HASH),
        "INSERT INTO mailauth_emailalias (user_id, domain_id, mailprefix) VALUES"
            + " ('%s', 1, 'alice'), ('%s', 1, 'bob')".formatted(ALICE, BOB),
        "UPDATE mailauth_mnuser SET delivery_mailbox_id = a.id FROM mailauth_emailalias a"
            + " WHERE a.mailprefix = identifier");
  }

  private static String resource(String name) {
    try (InputStream in = MailauthDatabase.class.getResourceAsStream("/mailauth/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Executes a file of this folder's resources, with texts in the place of words. */
  void load(String name, Map<String, String> words) {
    String sql = resource(name).replace("HASH'", HASH + "'");
    for (Map.Entry<String, String> word : words.entrySet()) {
      sql = sql.replace("'" + word.getKey() + "'", "'" + word.getValue() + "'");
    }
    execute(sql);
  }

  void execute(String... statements) {
    database.execute(statements);
  }

  /** URL of a role that may read the tables and nothing else. */
  String url() {
    return database.nobodyUrl();
  }

  @Override
  public void close() {
    database.close();
  }
}
