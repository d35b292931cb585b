package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every character that a local part may have without quotes, first and in the middle of a user's
 * primary address.
 */
@Tag("real-servers")
@Timeout(300)
class OddAddressIT {
  /** RFC 5321 §4.1.2, RFC 5322 §3.2.3: atext that is neither letter nor digit. */
  private static final String SPECIAL = "!#$%&'*+-/=?^_`{|}~";

  private static final String FRIEND = "friend@near.test";

  /** Where commands of the address |/tmp/tool@example.org and mail for /tmp/kept@… would go. */
  private static final Path TOOL = Place.in("smtpd", "/tmp/tool@example.org");

  private static final Path RAN = Place.in("smtpd", "/tmp/ran");
  private static final Path KEPT = Place.in("smtpd", "/tmp/kept@example.org");

  private static RealSite site;
  private static final List<String> primaries = new ArrayList<>();

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
    for (int i = 0; i < SPECIAL.length(); i++) {
      char special = SPECIAL.charAt(i);
      primaries.add(special + "a" + i);
      primaries.add("b" + i + special + "c");
    }
    primaries.add("|/tmp/tool");
    primaries.add("/tmp/kept");
    for (int i = 0; i < primaries.size(); i++) {
      createUser("odd" + i, primaries.get(i).replace("'", "''"), "plain" + i);
    }
    Files.writeString(TOOL, "#!/bin/sh\n: >/tmp/ran\n");
    Files.setPosixFilePermissions(TOOL, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes a user with two addresses; the command line refuses a primary one with a slash. */
  private static void createUser(String identifier, String primary, String other) {
    site.database()
        .run(
            "INSERT INTO authserver.mail_user (identifier, password) SELECT '%s', password"
                    .formatted(identifier)
                + " FROM authserver.mail_user WHERE identifier = 'alice'",
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
            SELECT d.id, l, u.id
            FROM authserver.domain d, authserver.mail_user u, unnest(ARRAY['%s', '%s']) l
            WHERE d.name = 'example.org' AND u.identifier = '%s'
            """
                .formatted(primary, other, identifier),
            """
            UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id
            FROM authserver.email_alias a WHERE a.user_id = u.id AND a.local_part = '%s'
            """
                .formatted(primary));
  }

  /**
   * Symptom: mail for plain1@, another address of a user whose primary one has an apostrophe, was
   * never delivered; where the primary one began with a bar, OpenSMTPD ran it as a program, where
   * with a slash, wrote a file of that name. Cause: the primary address was handed to OpenSMTPD as
   * a line of an aliases file, where these have a meaning.
   */
  @Test
  void allAddressesOfAUserAreDeliveredWhateverThePrimaryOneLooksLike() throws Exception {
    String text = "odd-addresses";
    List<String> recipients = new ArrayList<>();
    for (int i = 0; i < primaries.size(); i++) {
      recipients.add(primaries.get(i) + "@example.org");
      recipients.add("plain" + i + "@example.org");
    }
    try (Client stranger = Client.stranger()) {
      stranger.send(
          FRIEND, recipients, Client.message("F <" + FRIEND + ">", "undisclosed:;", text));
    }
    Place.await("the last delivery", RealSite.SOON, () -> site.smtpd().idle());
    assertEquals(List.of(), site.smtpd().queue());
    Map<String, Integer> wrong = new TreeMap<>();
    for (String primary : primaries) {
      int copies = site.mailbox(primary + "@example.org", text).size();
      if (copies != 2) {
        wrong.put(primary, copies);
      }
    }
    assertEquals(Map.of(), wrong);
    assertFalse(Files.exists(RAN), "a program has run");
    assertFalse(Files.exists(KEPT), "a file was written");
    assertEquals(List.of(), site.taken(text));
  }

  /** As who has an address with an apostrophe sends, and who shall not run a program. */
  @ParameterizedTest
  @ValueSource(strings = {"'", "|", "/"})
  void whoHasSuchAnAddressLogsInAndSendsFromIt(String special) throws Exception {
    int number = SPECIAL.indexOf(special);
    String first = special + "a" + number + "@example.org";
    String middle = "b" + number + special + "c@example.org";
    String text = "odd-sender-" + number;
    try (Client user = Client.user(first, RealSite.PASSWORD)) {
      user.send(first, "dora@far.test", Client.message("<" + first + ">", "dora@far.test", text));
      assertTrue(user.say("MAIL FROM:<" + middle + ">").startsWith("530"), middle);
    }
    Client.user(middle, RealSite.PASSWORD).close();
    assertEquals("<" + first + ">", site.awaitTaken(text, 1).getFirst().reversePath());
  }
}
