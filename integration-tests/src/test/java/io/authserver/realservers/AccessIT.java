package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.realservers.ImapClient.LoginRefused;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may log in, and as whom somebody may send. */
@Tag("real-servers")
@Timeout(300)
class AccessIT {
  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  private static void assertNoLogin(String login, String password) throws Exception {
    try (Client client = Client.beforeLogin()) {
      String reply = client.login(login, password);
      assertTrue(reply.startsWith("535"), login + ": " + reply);
    }
    assertThrows(LoginRefused.class, () -> ImapClient.login(login, password).close());
  }

  private static void assertLogin(String login) throws Exception {
    Client.user(login, RealSite.PASSWORD).close();
    ImapClient.login(login, RealSite.PASSWORD).close();
  }

  @ParameterizedTest
  @CsvSource({
    "eve@example.org, correct horse",
    "alice@example.org, wrong",
    "spam@example.org, correct horse",
    "nobody@example.org, correct horse",
    "alice, correct horse",
    "team@example.org, correct horse"
  })
  void nobodyElseLogsIn(String login, String password) throws Exception {
    assertNoLogin(login, password);
  }

  @Test
  void aUserIsDisabledAtOnce() throws Exception {
    assertLogin("bob@example.org");
    site.database().run("UPDATE authserver.mail_user SET active = false WHERE identifier = 'bob'");
    try {
      assertNoLogin("bob@example.org", RealSite.PASSWORD);
    } finally {
      site.database().run("UPDATE authserver.mail_user SET active = true WHERE identifier = 'bob'");
    }
    assertLogin("bob@example.org");
  }

  @ParameterizedTest
  @CsvSource({
    "alice@example.org, alice@example.org, 250",
    "alice@example.org, flowers@example.org, 250",
    "alice@example.org, Alice+shop@example.org, 250",
    "alice@example.org, alice@old.example, 250",
    "flowers@example.org, alice@example.org, 250",
    "alices-phone, alice@example.org, 250",
    "alice@example.org, bob@example.org, 530",
    "alices-phone, bob@example.org, 530",
    "alice@example.org, nobody@example.org, 530",
    "alice@example.org, alice@far.test, 530",
    "bob@example.org, spam@example.org, 530",
    "alice@example.org, team@example.org, 530"
  })
  void aUserSendsAsNobodyElse(String login, String sender, String code) throws Exception {
    try (Client client = Client.user(login, RealSite.PASSWORD)) {
      String reply = client.say("MAIL FROM:<" + sender + ">");
      assertTrue(reply.startsWith(code), login + " as " + sender + ": " + reply);
    }
  }

  @Test
  void whereAPermissionIsRequiredOnlyItsHoldersLogIn() throws Exception {
    site.smtpd().requirePermission(true);
    site.dovecot().requirePermission(true);
    try {
      assertNoLogin("carol@example.org", RealSite.PASSWORD);
      site.database()
          .run(
              "INSERT INTO authserver.permission (name) VALUES ('smtp'), ('imap')",
              "INSERT INTO authserver.user_permission (user_id, permission_id)"
                  + " SELECT u.id, p.id FROM authserver.mail_user u, authserver.permission p"
                  + " WHERE u.identifier = 'carol' AND p.name IN ('smtp', 'imap')");
      assertLogin("carol@example.org");
      assertNoLogin("bob@example.org", RealSite.PASSWORD);
    } finally {
      site.smtpd().requirePermission(false);
      site.dovecot().requirePermission(false);
    }
    assertLogin("bob@example.org");
    assertEquals(true, site.smtpd().isAlive());
  }
}
