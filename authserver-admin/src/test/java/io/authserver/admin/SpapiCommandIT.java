package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code authserver spapi}. */
class SpapiCommandIT extends AdminFixture {
  private Cli owner;

  /** Roles belong to the server, so other tests may have made and left them. */
  @BeforeEach
  void roles() {
    for (String role : new String[] {"test_opensmtpd", "test_dovecot"}) {
      database.execute(
          "DO $$ BEGIN CREATE ROLE "
              + role
              + " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
          "REVOKE authserver_api FROM " + role);
    }
    owner = new Cli().with("DATABASE_URL", database.superuserUrl());
    owner.ok("spapi", "revoke", "test_opensmtpd", "test_dovecot");
  }

  @Test
  void severalRolesAreGrantedAndRevoked() {
    owner.run("spapi", "check", "--grant", "test_opensmtpd").exits(1);

    for (int i = 0; i < 2; i++) {
      assertEquals(
          """
          granted the stored-procedure API to role test_opensmtpd
          granted the stored-procedure API to role test_dovecot
          """,
          owner.ok("spapi", "grant", "test_opensmtpd", "test_dovecot").err());
    }
    for (String role : new String[] {"test_opensmtpd", "test_dovecot"}) {
      assertEquals(
          "role " + role + " may use the stored-procedure API\n",
          owner.ok("spapi", "check", "--grant", role).err());
    }

    for (int i = 0; i < 2; i++) {
      owner.ok("spapi", "revoke", "test_opensmtpd");
    }
    Cli.Result without = owner.run("spapi", "check", "--grant", "test_opensmtpd").exits(1);
    assertTrue(
        without
            .err()
            .contains(
                "role test_opensmtpd may not execute"
                    + " public.authserver_check_domain(character varying)\n"),
        without::err);
    owner.ok("spapi", "check", "--grant", "test_dovecot");
  }

  @Test
  void oneUnknownRoleAndNoneIsChanged() {
    for (String verb : new String[] {"grant", "revoke"}) {
      Cli.Result unknown = owner.run("spapi", verb, "test_opensmtpd", "no such\"role").exits(1);
      assertTrue(unknown.err().contains("role \"no such\"role\" does not exist"), unknown::err);
    }
    owner.run("spapi", "check", "--grant", "test_opensmtpd").exits(1);
    Cli.Result unknown = owner.run("spapi", "check", "--grant", "no_such_role").exits(1);
    assertTrue(unknown.err().contains("\"no_such_role\" does not exist"), unknown::err);
    owner.run("spapi", "grant").exits(2);
    owner.run("spapi", "revoke").exits(2);
  }

  /**
   * Symptom: "revoked", and the role could go on. Cause: from PostgreSQL 16 on, REVOKE takes away
   * only what the same role has granted, and warns of the rest.
   */
  @Test
  void whatAnotherRoleGrantedIsNotSaidToBeRevoked() {
    database.execute("GRANT authserver_api TO test_opensmtpd");

    owner
        .run("spapi", "revoke", "test_opensmtpd")
        .refuses(
            "database: role test_opensmtpd was granted authserver_api by role postgres, which has"
                + " to revoke it");
    owner.ok("spapi", "check", "--grant", "test_opensmtpd");
    database.execute("REVOKE authserver_api FROM test_opensmtpd");
    owner.ok("spapi", "revoke", "test_opensmtpd");
  }

  @Test
  void installMendsWhatCheckFinds() {
    assertEquals(
        "the stored-procedure API is installed\n", owner.ok("spapi", "check", "--installed").err());
    assertEquals("the stored-procedure API is installed\n", owner.ok("spapi", "check").err());
    database.execute(
        "DROP FUNCTION public.authserver_iterate_users()",
        "GRANT EXECUTE ON FUNCTION public.authserver_check_domain(varchar) TO PUBLIC");

    Cli.Result broken = owner.run("spapi", "check", "--installed").exits(1);
    assertTrue(
        broken.err().contains("public.authserver_iterate_users() is missing\n"), broken::err);
    assertTrue(broken.err().contains("may be executed by everybody\n"), broken::err);
    // Of the role nothing can be said while the API itself is not right.
    assertTrue(
        owner
            .run("spapi", "check", "--grant", "test_opensmtpd")
            .exits(1)
            .err()
            .contains("public.authserver_iterate_users() is missing\n"));

    assertEquals("installed the stored-procedure API\n", owner.ok("spapi", "install").err());
    owner.ok("spapi", "check", "--installed");
    owner.run("spapi", "check", "--installed", "--grant", "test_opensmtpd").exits(2);
  }

  @Test
  void whoIsNotTheOwnerIsToldWhatIsMissing() {
    for (String[] call :
        new String[][] {
          {"spapi", "install"}, {"spapi", "grant", "test_dovecot"}, {"spapi", "check"}
        }) {
      cli.run(call)
          .refuses("database: role test_admin may not act as authserver_owner: grant it that role");
    }
    try (TestDatabase empty = TestDatabase.createWithoutSchema()) {
      new Cli()
          .with("DATABASE_URL", empty.superuserUrl())
          .run("spapi", "install")
          .refuses(
              "database: not prepared yet: `authserver db bootstrap` has to run once, as a"
                  + " privileged role");
    }
  }
}
