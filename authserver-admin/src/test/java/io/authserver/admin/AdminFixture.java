package io.authserver.admin;

import io.authserver.db.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of commands on a database share: a fresh database and a wrapping key. */
abstract class AdminFixture {
  @TempDir Path directory;
  TestDatabase database;
  Cli cli;

  @BeforeEach
  void prepare() {
    database = TestDatabase.create();
    Path key = directory.resolve("wrapping.key");
    cli =
        new Cli()
            .with("DATABASE_URL", database.adminUrl())
            .with("AUTHSERVER_WRAPPING_KEY_FILE", key.toString())
            .hiding("s3cret-of-the-test")
            .hiding("$5$");
    cli.ok("wrapping-key", "create", key.toString());
  }

  @AfterEach
  void dropDatabase() {
    database.close();
  }
}
