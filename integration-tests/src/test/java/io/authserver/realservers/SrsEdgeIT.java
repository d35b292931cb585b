package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the edge says to SRS addresses of ours: nobody but the null sender reaches them, and it
 * reaches only those that we made.
 *
 * <p>Symptom: the edge took every address of SRS form, mailforwarder refused what it had not made,
 * and OpenSMTPD bounced the whole message to whoever the sender claimed to be.
 */
@Tag("real-servers")
@Timeout(300)
class SrsEdgeIT {
  private static final String FRIEND = "friend@near.test";
  private static final Pattern HASH = Pattern.compile("(SRS[01].)([^=]+)(=.*)");

  private static RealSite site;
  private static String ofList;
  private static String ofMovedDomain;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
    ofList = returnAddress("an-address-of-a-list", "team@example.org");
    ofMovedDomain = returnAddress("an-address-of-a-domain", "zoe@moved.example");
  }

  private static String returnAddress(String text, String recipient) throws Exception {
    try (Client stranger = Client.stranger()) {
      stranger.send(FRIEND, recipient, Client.message("F <" + FRIEND + ">", recipient, text));
    }
    Message copy = site.awaitTaken(text, 1).getFirst();
    String path = copy.reversePath().substring(1, copy.reversePath().length() - 1);
    assertTrue(path.startsWith("SRS0="), path);
    return path;
  }

  /** Returns the code of the reply to RCPT. */
  private static String code(String sender, String recipient) throws IOException {
    try (Client stranger = Client.stranger()) {
      assertTrue(stranger.say("MAIL FROM:<" + sender + ">").startsWith("250"), sender);
      return stranger.say("RCPT TO:<" + recipient + ">").substring(0, 3);
    }
  }

  private static List<String> inEachCase(String address) {
    return List.of(address, address.toLowerCase(Locale.ROOT), address.replaceFirst("SRS", "sRs"));
  }

  @Test
  void ofTheAddressesThatWeMadeOnlyTheNullSenderReachesOne() throws Exception {
    for (String made : List.of(ofList, ofMovedDomain)) {
      for (String address : inEachCase(made)) {
        assertEquals("550", code(FRIEND, address), address);
        assertEquals("550", code("x@y", address), address);
        assertEquals("250", code("", address), address);
      }
    }
  }

  /** A bounce in capitals or not leads back to the sender. */
  @Test
  void aBounceLeadsBackHoweverItIsWritten() throws Exception {
    int number = 0;
    for (String address : inEachCase(ofList)) {
      String text = "written-somehow-" + ++number;
      try (Client stranger = Client.stranger()) {
        stranger.send("", address, Client.message("mailer-daemon@far.test", FRIEND, text));
      }
      assertEquals("<>", site.awaitTaken(text, 1).getFirst().reversePath());
      assertEquals(List.of(FRIEND), site.recipients(text));
    }
  }

  /** The second wall: the hash is looked at where the edge asks for the address. */
  @Test
  void whatWeDidNotMakeIsRefusedToAll() throws Exception {
    for (String made : List.of(ofList, ofMovedDomain)) {
      Matcher parts = HASH.matcher(made);
      assertTrue(parts.matches(), made);
      String forged = parts.group(1) + parts.group(2).replaceAll("[^=]", "A") + parts.group(3);
      String ofAnother = made.replace("=near.test=friend@", "=near.test=victim@");
      String short1 = parts.group(1) + parts.group(2).substring(1) + parts.group(3);
      assertFalse(ofAnother.equals(made), made);
      for (String made1 : List.of(forged, ofAnother, short1)) {
        for (String address : inEachCase(made1)) {
          assertEquals("550", code("", address), address);
          assertEquals("550", code(FRIEND, address), address);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SRS0=AAAA=AA=near.test=victim@example.org",
        "SRS0+AAAA=AA=near.test=victim@example.org",
        "SRS0-AAAA=AA=near.test=victim@example.org",
        "SRS0=AAAAAAAA=AA=near.test=victim@moved.example",
        "SRS1=AAAA=near.test==BBBB=CC=far.test=victim@example.org",
        "SRS0=AAAA=AA=~=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@example.org",
        "srs0=@example.org",
        "SRS1=@moved.example",
        "SRS0=AAAA=AA=near.test=victim@old.example"
      })
  void anAddressThatIsMadeUpIsRefusedToAll(String address) throws Exception {
    assertEquals("550", code(FRIEND, address));
    assertEquals("550", code("", address));
  }

  /** The rule takes nothing from other addresses, nor from who has logged in. */
  @Test
  void othersAreTakenAsBefore() throws Exception {
    RealSite.authserver("emailalias", "create", "srs0@" + RealSite.DOMAIN, "--user", "alice");
    RealSite.authserver("emailalias", "create", "srs-team@" + RealSite.DOMAIN, "--user", "bob");
    for (String address :
        List.of("alice@example.org", "srs0@example.org", "SRS-Team@example.org")) {
      assertEquals("250", code(FRIEND, address), address);
      assertEquals("250", code("", address), address);
    }
    try (Client alice = Client.user("alice@example.org", RealSite.PASSWORD)) {
      assertTrue(alice.say("MAIL FROM:<alice@example.org>").startsWith("250"));
      assertTrue(alice.say("RCPT TO:<" + ofList + ">").startsWith("250"));
    }
  }

  /** Nobody at the edge orders reports, which would go to whoever the sender claims to be. */
  @Test
  void strangersOrderNoReports() throws Exception {
    try (RawSmtpClient stranger = new RawSmtpClient(OpenSmtpd.edge())) {
      stranger.expect("220");
      String offered = stranger.command("EHLO sender.far.test", "250");
      assertTrue(offered.contains("SIZE"), offered);
      assertFalse(offered.contains("DSN"), offered);
      stranger.command("MAIL FROM:<" + FRIEND + ">", "250");
      stranger.command("RCPT TO:<team@example.org> NOTIFY=SUCCESS", "5");
      stranger.command("RCPT TO:<team@example.org>", "250");
    }
    try (RawSmtpClient user = new RawSmtpClient(OpenSmtpd.submission())) {
      user.startTls("TLSv1.3");
      user.expect("220");
      String offered = user.command("EHLO laptop.home.test", "250");
      assertTrue(offered.contains("DSN"), offered);
    }
  }
}
