package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.NewKey;
import io.authserver.db.admin.Occasion;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimPrivateKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A change of the wrapping key. */
class RewrapIT extends AdminFixture {
  private static final DomainName DOMAIN = new DomainName("example.org");

  /** More than two batches. */
  private static final int KEYS = 230;

  private final DkimPrivateKey key = DkimPrivateKey.generateEd25519();
  private Path oldFile;
  private Path newFile;

  @BeforeEach
  void prepareKeys() throws Exception {
    oldFile = directory.resolve("wrapping.key");
    newFile = directory.resolve("new.key");
    cli.ok("wrapping-key", "create", newFile.toString());
    cli.ok("domain", "create", "example.org");
    WrappingKeys old = WrappingKeys.load(List.of(oldFile));
    try (AdminDatabase admin = AdminDatabase.open(DatabaseUrl.parse(database.adminUrl()))) {
      for (int i = 0; i < KEYS; i++) {
        admin
            .keys()
            .create(
                DOMAIN,
                new NewKey(
                    "ed25519",
                    "s" + i,
                    "s",
                    key.publicKey().subjectPublicKeyInfo(),
                    true,
                    (domain, selector) -> old.wrap(domain, selector, key.toPkcs8())),
                new Occasion(Instant.EPOCH, "test"));
      }
    }
  }

  private void loading(Path... files) {
    cli.with(
        "AUTHSERVER_WRAPPING_KEY_FILE",
        String.join(",", List.of(files).stream().map(Path::toString).toList()));
  }

  /** Returns how many keys are under a wrapping key, and what it is called. */
  private List<String> status() {
    cli.with("DATABASE_URL", database.superuserUrl());
    List<String> counts =
        cli.run("db", "status", "--json").rows().stream()
            .filter(row -> row.get("kind").equals("wrapping-key"))
            .map(row -> row.get("state") + " " + row.get("private_keys"))
            .sorted()
            .toList();
    cli.with("DATABASE_URL", database.adminUrl());
    return counts;
  }

  @Test
  void everyKeyFollowsAndBothOpenMeanwhile() throws Exception {
    assertEquals(List.of("first 230"), status());
    loading(newFile, oldFile);
    assertEquals(List.of("old 230"), status());
    database.execute(
        "UPDATE authserver.dkim_key SET wrapped_private_key ="
            + " set_byte(wrapped_private_key, 40, get_byte(wrapped_private_key, 40) # 1)"
            + " WHERE selector = 's120'");

    Cli.Result first = cli.run("dkim", "rewrap").exits(1);
    assertTrue(first.err().startsWith("wrapped 229 private keys with wrapping key "), first.err());
    assertTrue(first.err().contains("failed: key s120 of domain example.org: "), first.err());
    assertEquals(List.of("first 229", "old 1"), status());
    cli.run("dkim", "rewrap").exits(1);

    cli.ok("domain", "show", "example.org");
    database.execute("DELETE FROM authserver.dkim_key WHERE selector = 's120'");
    Cli.Result second = cli.ok("dkim", "rewrap");
    assertTrue(second.err().contains("wrapped 0 private keys"), second.err());
    assertTrue(second.err().contains("every private key is under it now"), second.err());

    loading(newFile);
    assertEquals(List.of("first 229"), status());
    assertEquals(key.toPem(), cli.ok("dkim", "export", "example.org", "s229", "-o", "-").out());
    loading(oldFile);
    assertEquals(List.of("not loaded 229"), status());
    cli.run("dkim", "export", "example.org", "s229", "-o", "-").exits(1);
  }

  @Test
  void aRunThatIsBrokenOffGoesOnWhereItStopped() throws Exception {
    // The third batch fails as a whole; the two before it are committed.
    database.execute(
        "CREATE FUNCTION public.break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF NEW.selector = 's215' THEN RAISE 'broken off'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER break_off BEFORE UPDATE ON authserver.dkim_key FOR EACH ROW"
            + " EXECUTE FUNCTION public.break_off()");
    loading(newFile, oldFile);
    cli.run("dkim", "rewrap").exits(1);
    assertEquals(List.of("first 200", "old 30"), status());
    WrappingKeys signer = WrappingKeys.load(List.of(oldFile, newFile));
    try (AdminDatabase admin = AdminDatabase.open(DatabaseUrl.parse(database.adminUrl()))) {
      for (KeyRow row : admin.keys().list(DOMAIN)) {
        byte[] wrapped =
            admin.keys().export(DOMAIN, row.selector(), new Occasion(Instant.EPOCH, "test"));
        assertArrayEquals(key.toPkcs8(), signer.unwrap("example.org", row.selector(), wrapped));
      }
    }

    database.execute("DROP TRIGGER break_off ON authserver.dkim_key");
    Cli.Result rest = cli.ok("dkim", "rewrap");
    assertTrue(rest.err().startsWith("wrapped 30 private keys"), rest.err());
  }
}
