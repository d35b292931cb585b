package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.address.AsciiCase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** The database's letter case is that of {@link AsciiCase}, whatever its own locale. */
@EachPostgres
class AsciiCaseIT {
  @Parameter TestPostgres server;

  /** A database for each provider of locales that the server has, by its name. */
  private static final Map<String, TestDatabase> DATABASES = new LinkedHashMap<>();

  @BeforeParameterizedClassInvocation
  static void create(TestPostgres server) throws AuthDatabaseException {
    int version;
    boolean hasIcu;
    try (TestDatabase any = TestDatabase.createWithoutSchema(server)) {
      AuthDatabase postgres = any.open(any.superuserUrl());
      version = Integer.parseInt(query(postgres, "SHOW server_version_num").getFirst()) / 10_000;
      hasIcu = !query(postgres, "SELECT 1 FROM pg_collation WHERE collprovider = 'i'").isEmpty();
    }
    add(server, "libc, C", "LC_COLLATE 'C' LC_CTYPE 'C'");
    add(server, "libc, C.UTF-8", "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'");
    if (version >= 15 && hasIcu) {
      // In Turkish, I and i are no pair.
      add(server, "icu, Turkish", "LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR'");
    }
    if (version >= 17) {
      String builtin = "LOCALE 'C.UTF-8' LOCALE_PROVIDER builtin BUILTIN_LOCALE ";
      add(server, "builtin, C.UTF-8", builtin + "'C.UTF-8'");
      if (version >= 18) {
        add(server, "builtin, PG_UNICODE_FAST", builtin + "'PG_UNICODE_FAST'");
      }
    }
  }

  private static void add(TestPostgres server, String name, String options) {
    DATABASES.put(
        name,
        TestDatabase.createWithoutSchema(server, "TEMPLATE template0 ENCODING 'UTF8' " + options));
  }

  @AfterParameterizedClassInvocation
  static void close() {
    DATABASES.values().forEach(TestDatabase::close);
    DATABASES.clear();
  }

  private static List<String> query(AuthDatabase database, String sql, Object... arguments)
      throws AuthDatabaseException {
    return database.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
              statement.setObject(
                  i + 1,
                  arguments[i] instanceof List<?> list
                      ? connection.createArrayOf("text", list.toArray())
                      : arguments[i]);
            }
            List<String> rows = new ArrayList<>();
            try (ResultSet found = statement.executeQuery()) {
              while (found.next()) {
                rows.add(found.getString(1));
              }
            }
            return rows;
          }
        });
  }

  /** Every code point but NUL and halves of surrogate pairs, which no text of PostgreSQL has. */
  private static List<String> codePoints() {
    List<String> texts = new ArrayList<>();
    for (int point = 1; point <= Character.MAX_CODE_POINT; point++) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        texts.add(Character.toString(point));
      }
    }
    return texts;
  }

  @Test
  void everyCodePointIsFoldedAsInJava() throws Exception {
    // Letters around each, since the case of some, such as the final sigma, depends on them.
    String text = "Q" + String.join("ZQ", codePoints()) + "Z";
    assertEquals(3 * 1_112_063, text.codePointCount(0, text.length()));
    String folded = AsciiCase.lower(text);
    for (Map.Entry<String, TestDatabase> each : DATABASES.entrySet()) {
      AuthDatabase database = each.getValue().open(each.getValue().superuserUrl());
      String said = query(database, "SELECT lower(? COLLATE \"C\")", text).getFirst();
      int difference = Arrays.mismatch(said.toCharArray(), folded.toCharArray());
      if (difference >= 0) {
        throw new AssertionError(
            "%s: U+%04X".formatted(each.getKey(), text.codePointAt(difference)));
      }
      // Without the collation it is not so, but in a database of locale C: this is what counts.
      assertEquals(
          each.getKey().equals("libc, C"),
          query(database, "SELECT lower('É')").equals(List.of("É")),
          each.getKey());
    }
  }

  /**
   * Those of which the JDK has an upper and a lower case are enough: the others fold to nothing.
   */
  @Test
  void theRoutinesFoldAsJavaDoes() throws Exception {
    List<String> texts =
        codePoints().stream()
            .filter(
                text -> {
                  int point = text.codePointAt(0);
                  return Character.toLowerCase(point) != point
                      || Character.toUpperCase(point) != point
                      || Character.toTitleCase(point) != point;
                })
            .toList();
    assertTrue(texts.size() > 2_000, () -> texts.size() + " letters");
    for (Map.Entry<String, TestDatabase> each : DATABASES.entrySet()) {
      DatabaseUrl url = DatabaseUrl.parse(each.getValue().superuserUrl());
      Bootstrap.run(url);
      new MigrationRunner(url).migrate();
      AuthDatabase database = each.getValue().open(each.getValue().superuserUrl());
      assertEquals(
          List.of(),
          query(
              database,
              """
              SELECT text FROM unnest(?::text[], ?::text[]) AS t (text, folded),
                authserver.split_address('I' || text || '@OURS.EXAMPLE') AS plain,
                authserver.split_address('"I' || text || '"@OURS.EXAMPLE') AS quoted
              WHERE (plain.local_part, plain.domain, quoted.local_part, quoted.domain)
                IS DISTINCT FROM (folded, 'ours.example', folded, 'ours.example')\
              """,
              texts,
              texts.stream().map(text -> AsciiCase.lower("I" + text)).toList()),
          each.getKey());
    }
  }

  /** Four who differ in the case of a letter alone, and each has his own password and rights. */
  @Test
  void aLetterBeyondAsciiIsAnotherUserWithRightsOfHisOwn() throws Exception {
    try (TestDatabase database = TestDatabase.create(server)) {
      List<String> names = List.of("É", "é", "\u212a", "k");
      database.execute(
          "INSERT INTO authserver.domain (name) VALUES ('ours.example')",
          """
          INSERT INTO authserver.mail_user (identifier, password)
          SELECT n, '$5$salt$' || i FROM unnest(ARRAY['É', 'é', '\u212a', 'k'])
            WITH ORDINALITY AS n (n, i)
          """,
          """
          INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
          SELECT d.id, u.identifier, u.id FROM authserver.mail_user u, authserver.domain d
          """,
          """
          UPDATE authserver.mail_user SET delivery_mailbox_id =
            (SELECT id FROM authserver.email_alias WHERE local_part = identifier)
          """,
          """
          INSERT INTO authserver.service_user (user_id, username, password)
          SELECT id, identifier || '-phone', replace(password, 'salt', 'phone')
          FROM authserver.mail_user
          """,
          "INSERT INTO authserver.permission (name) SELECT identifier FROM authserver.mail_user",
          """
          INSERT INTO authserver.user_permission (user_id, permission_id)
          SELECT u.id, p.id FROM authserver.mail_user u JOIN authserver.permission p
            ON p.name = u.identifier
          """);
      AuthDatabase api = database.open(database.apiUrl());
      for (String name : names) {
        int number = names.indexOf(name) + 1;
        // The domain and the ASCII of a name in any case.
        for (String login : List.of(name + "@ours.example", name + "@OURS.example")) {
          assertEquals(
              List.of("$5$salt$" + number),
              query(api, "SELECT password FROM authserver_get_credentials(?)", login));
          for (String permission : names) {
            assertEquals(
                permission.equals(name) ? List.of("$5$salt$" + number) : List.of(),
                query(
                    api,
                    "SELECT password FROM authserver_get_credentials(?, ?)",
                    login,
                    permission));
          }
          assertEquals(
              List.of(name + "@ours.example"),
              query(api, "SELECT * FROM authserver_sender_addresses(?)", login));
        }
        assertEquals(
            List.of("$5$phone$" + number),
            query(api, "SELECT password FROM authserver_get_credentials(?)", name + "-PHONE"));
      }
      assertEquals(
          List.of("$5$salt$4"),
          query(api, "SELECT password FROM authserver_get_credentials(?)", "K@ours.example"));
    }
  }
}
