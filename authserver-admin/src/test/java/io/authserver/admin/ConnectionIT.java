package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the database is found, prepared, and how its refusals are told. */
class ConnectionIT extends AdminFixture {
  @Test
  void theUrlIsReadFromEnvironmentFolderFileOrFlag() throws Exception {
    Path file = Files.writeString(directory.resolve("url"), database.adminUrl() + "\n");
    Path folder = Files.createDirectory(directory.resolve("env"));
    Files.writeString(folder.resolve("DATABASE_URL"), database.adminUrl() + "\n");

    new Cli().with("DATABASE_URL_FILE", file.toString()).ok("domain", "list");
    new Cli().ok("domain", "list", "--env-dir", folder.toString());
    new Cli().ok("--env-dir", folder.toString(), "domain", "list");
    String withoutPassword =
        database.superuserUrl().replaceFirst("://([^:@]+)(:[^@]*)?@", "://$1@");
    new Cli().ok("domain", "list", "--database-url", withoutPassword);
    new Cli()
        .with("DATABASE_URL", database.adminUrl())
        .with("DATABASE_URL_FILE", file.toString())
        .run("domain", "list")
        .exits(2);
  }

  @Test
  void aDatabaseIsPreparedMigratedAndReported() {
    try (TestDatabase empty = TestDatabase.createWithoutSchema()) {
      Cli root = new Cli().with("DATABASE_URL", empty.superuserUrl());
      assertTrue(root.run("db", "migrate").exits(1).err().contains("db bootstrap"));
      root.run("domain", "list")
          .refuses("the auth database is not set up or too old; run authserver db migrate");
      root.ok("db", "bootstrap");
      root.ok("db", "bootstrap");
      assertTrue(root.ok("db", "status").err().contains("not up to date"));
      assertTrue(root.ok("db", "migrate").err().contains("applied migration "));
      assertEquals("the database is up to date\n", root.ok("db", "migrate").err());
      List<Map<String, Object>> rows = root.run("db", "status", "-f", "json").rows();
      assertTrue(rows.stream().allMatch(row -> "applied".equals(row.get("state"))), rows::toString);
      root.ok("domain", "list");
    }
  }

  @Test
  void aRoleWithoutRightsIsToldSo() {
    Cli nobody = new Cli().with("DATABASE_URL", database.nobodyUrl());

    nobody
        .run("domain", "list")
        .refuses("the database role lacks a right for this; a member of authserver_admin has it");
    assertTrue(cli.run("db", "migrate").exits(1).err().contains("authserver_owner"));
  }

  @Test
  void noLoginAndNoSuchDatabaseAreUnreachable() {
    new Cli()
        .with("DATABASE_URL", database.adminUrl().replaceFirst("/[^/]+$", "/no_such_database"))
        .run("domain", "list")
        .exits(3);
  }

  @Test
  void itCanBeCalledWithinAProcess() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        Main.run(
            new String[] {"domain", "list", "--format", "json"},
            Map.of("DATABASE_URL", database.adminUrl()),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

    assertEquals(0, code);
    assertEquals("[]", out.toString(StandardCharsets.UTF_8).strip());
  }
}
