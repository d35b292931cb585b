package io.authserver.db.alias;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.SrsSecretAdmin;
import io.authserver.db.admin.SrsSecretRow;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Which secrets of return addresses verify, which one signs, and who gets to know them. */
@EachPostgres
class SrsKeyStoreIT {
  private static final String AGE =
      "UPDATE authserver.srs_secret SET signs_at = signs_at - interval '%1$s',"
          + " created_at = created_at - interval '%1$s', retired_at = retired_at - interval '%1$s'";

  @Parameter TestPostgres server;

  private TestDatabase database;
  private SrsKeyStore store;
  private AdminDatabase admin;
  private SrsSecretAdmin secrets;

  @BeforeEach
  void create() throws Exception {
    database = TestDatabase.create(server);
    store = new JdbcSrsKeyStore(database.open(database.forwarderUrl()));
    admin = AdminDatabase.open(DatabaseUrl.parse(database.adminUrl()));
    secrets = admin.srsSecrets();
  }

  @AfterEach
  void drop() throws Exception {
    admin.close();
    database.close();
  }

  private static List<byte[]> octets(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(UTF_8)).toList();
  }

  /** Returns the secrets in their order; a question mark for one that was made. */
  private List<String> known() throws AuthDatabaseException {
    return store.find(null).secrets().stream()
        .map(secret -> new String(secret, UTF_8))
        .map(text -> text.matches("[a-z]+") ? text : "?")
        .toList();
  }

  private List<String> states() throws Exception {
    return secrets.list().stream().map(row -> row.id() + " " + row.state()).toList();
  }

  @Test
  void aDaemonsSecretsAreKeptInTheirOrderHoweverOftenItStarts() throws Exception {
    assertEquals(List.of(), known());
    assertEquals(2, store.register(octets("new", "old")));
    assertEquals(List.of("new", "old"), known());
    assertEquals(0, store.register(octets("new", "old")));
    assertEquals(List.of("new", "old"), known());
    assertEquals(List.of("1 signs", "2 verifies"), states());
    // The operator puts another one in front: it verifies at once.
    assertEquals(1, store.register(octets("next", "new")));
    assertEquals(List.of("new", "old", "next"), known());
    database.execute(AGE.formatted("121 minutes"));
    assertEquals(List.of("next", "new", "old"), known());
    // And takes it back.
    assertEquals(0, store.register(octets("old", "next")));
    assertEquals(List.of("old", "next", "new"), known());
  }

  @Test
  void aNewSecretVerifiesAtOnceAndSignsTwoHoursLater() throws Exception {
    SrsSecretRow first = secrets.create();
    assertEquals("signs", first.state());
    assertEquals(32, first.octets());
    assertTrue(first.fingerprint().matches("[0-9a-f]{8}"), first::toString);
    SrsSecretRow second = secrets.create();
    assertEquals("new", second.state());
    assertEquals(Duration.ofHours(2), Duration.between(second.createdAt(), second.signsAt()));
    assertEquals(List.of("1 signs", "2 new"), states());
    assertEquals(List.of("?", "?"), known());
    database.execute(AGE.formatted("119 minutes"));
    assertEquals(List.of("1 signs", "2 new"), states());
    database.execute(AGE.formatted("2 minutes"));
    assertEquals(List.of("2 signs", "1 verifies"), states());
  }

  @Test
  void whatSignsIsRetiredWhenAnotherOneDoes() throws Exception {
    store.register(octets("old"));
    assertEquals(
        "secret 1 is the only one: make another one first",
        assertThrows(RefusedException.class, () -> secrets.retire(1, false)).getMessage());
    assertThrows(RefusedException.class, () -> secrets.retire(1, true));
    Instant signs = secrets.create().signsAt();
    assertEquals(
        "secret 1 signs until another one does, at " + signs,
        assertThrows(RefusedException.class, () -> secrets.retire(1, false)).getMessage());
    assertEquals(
        "there is no secret 9",
        assertThrows(RefusedException.class, () -> secrets.retire(9, false)).getMessage());
    database.execute(AGE.formatted("121 minutes"));
    secrets.retire(1, false);
    assertEquals(List.of("2 signs", "1 retired"), states());
    assertEquals(List.of("?", "old"), known());
    assertEquals(
        "secret 1 is retired already",
        assertThrows(RefusedException.class, () -> secrets.retire(1, false)).getMessage());
    database.execute(AGE.formatted("23 days 23 hours"));
    assertEquals(List.of("?", "old"), known());
    database.execute(AGE.formatted("2 hours"));
    assertEquals(List.of("?"), known());
    // A daemon that has it still brings it back; the next that is made sweeps away the others.
    assertEquals(1, store.register(octets("old")));
    assertEquals(List.of("?", "old"), known());
  }

  @Test
  void oneThatOthersKnowIsForgottenAtOnce() throws Exception {
    store.register(octets("stolen"));
    secrets.create();
    secrets.retire(1, true);
    assertEquals(List.of("?"), known());
    assertEquals(List.of("2 signs"), states());
  }

  @Test
  void thoseThatVerifyNothingAreSweptAway() throws Exception {
    store.register(octets("b", "a"));
    secrets.retire(2, false);
    database.execute(AGE.formatted("25 days"));
    secrets.create();
    assertEquals(
        List.of("2"),
        database
            .open(database.superuserUrl())
            .read(
                connection -> {
                  try (PreparedStatement count =
                          connection.prepareStatement(
                              "SELECT count(*)::text FROM authserver.srs_secret");
                      ResultSet row = count.executeQuery()) {
                    row.next();
                    return List.of(row.getString(1));
                  }
                }));
  }

  @Test
  void aChangeOfTheFormIsDated() throws Exception {
    SrsKeys fresh = store.find(null);
    assertEquals("separated", fresh.form());
    assertNull(fresh.since());
    assertFalse(store.setForm("separated"));
    assertNull(store.find(null).since());
    assertTrue(store.setForm("mailsrs"));
    Instant since = store.find(null).since();
    assertNotNull(since);
    assertTrue(Duration.between(since, Instant.now()).abs().compareTo(Duration.ofMinutes(5)) < 0);
    assertFalse(secrets.setForm("mailsrs"));
    assertEquals(new SrsSecretAdmin.Form("mailsrs", since), secrets.form());
    assertThrows(AuthDatabaseException.class, () -> store.setForm("other"));
  }

  @Test
  void theDomainOfReturnAddressesIsOneOfOursThatTakesMail() throws Exception {
    database.execute(
        "INSERT INTO authserver.domain (name, active) VALUES ('srs.example', true), ('off.example',"
            + " false)");
    assertTrue(store.find("SRS.example").domainActive());
    assertFalse(store.find("off.example").domainActive());
    assertFalse(store.find("other.example").domainActive());
    assertFalse(store.find(null).domainActive());
  }

  @Test
  void whatIsNoSecretIsRefused() {
    for (List<byte[]> wrong : List.of(List.<byte[]>of(), octets(""), octets("x".repeat(65_537)))) {
      assertThrows(AuthDatabaseException.class, () -> store.register(wrong));
    }
  }

  /** The edge makes an HMAC of two calls of sha256(). */
  @Test
  void thePadsAreThoseOfHmac() throws Exception {
    AuthDatabase superuser = database.open(database.superuserUrl());
    for (int length : new int[] {1, 16, 32, 63, 64, 65, 200}) {
      byte[] secret = new byte[length];
      for (int i = 0; i < length; i++) {
        secret[i] = (byte) (i * 37 + length);
      }
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      String made =
          superuser.read(
              connection -> {
                try (PreparedStatement statement =
                    connection.prepareStatement(
                        "SELECT encode(sha256(p.outer_pad || sha256(p.inner_pad || 'text'::bytea)),"
                            + " 'hex') FROM authserver.srs_pads(?) p")) {
                  statement.setBytes(1, secret);
                  try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getString(1);
                  }
                }
              });
      assertEquals(HexFormat.of().formatHex(mac.doFinal("text".getBytes(UTF_8))), made);
    }
  }

  @Test
  void nobodyElseGetsThem() throws Exception {
    store.register(octets("secret"));
    for (String url : List.of(database.apiUrl(), database.signerUrl(), database.nobodyUrl())) {
      SrsKeyStore other = new JdbcSrsKeyStore(database.open(url));
      assertTrue(assertThrows(AuthDatabaseException.class, () -> other.find(null)).isDenied(), url);
      assertThrows(AuthDatabaseException.class, () -> other.register(octets("planted")));
    }
    AuthDatabase forwarder = database.open(database.forwarderUrl());
    AuthDatabaseException denied =
        assertThrows(
            AuthDatabaseException.class,
            () ->
                forwarder.read(
                    connection -> {
                      try (PreparedStatement statement =
                          connection.prepareStatement("TABLE authserver.srs_secret")) {
                        return statement.executeQuery().next();
                      }
                    }));
    assertTrue(denied.isDenied());
  }
}
