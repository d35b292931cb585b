package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail from the internet: into mailboxes, to lists, redirected, refused, and back. */
@Tag("real-servers")
@Timeout(300)
class InboundIT {
  private static final String FRIEND = "friend@near.test";

  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  private static void fromStranger(String sender, String text, String... recipients)
      throws Exception {
    try (Client stranger = Client.stranger()) {
      stranger.send(
          sender, List.of(recipients), Client.message("F <" + FRIEND + ">", recipients[0], text));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alice@example.org",
        "Flowers@Example.ORG",
        "alice+shop@example.org",
        "alice-shop-two@example.org",
        "flowers+x-y@example.org",
        "alice@old.example"
      })
  void everyAddressOfAUserLeadsToTheOneMailbox(String recipient) throws Exception {
    String text = "address-" + recipient.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "-");
    fromStranger(FRIEND, text, recipient);
    assertEquals(1, site.awaitMailbox("flowers@example.org", text).size());
    assertEquals(1, site.mailbox("alice@example.org", text).size());
    assertEquals(1, site.mailbox("alices-phone", text).size());
    assertEquals(1, site.mailbox("alice+phone@example.org", text).size());
    String received = site.mailbox("alice@example.org", text).getFirst();
    assertTrue(received.contains("The text of the message " + text + "."), received);
    assertTrue(received.startsWith("Return-Path: <" + FRIEND + ">"), received);
  }

  @Test
  void aListReachesMembersOutsideAndHere() throws Exception {
    String text = "to-the-list";
    fromStranger(FRIEND, text, "team@example.org");
    List<Message> copies = site.awaitTaken(text, 2);
    assertEquals(List.of("dora@far.test", "emil@away.test"), site.recipients(text));
    assertEquals(1, site.awaitMailbox("carol@example.org", text).size());
    for (Message copy : copies) {
      assertTrue(copy.reversePath().matches("<SRS0=.*@example\\.org>"), copy.reversePath());
      assertTrue(copy.text().contains("Delivered-To: team@example.org"), copy.text());
      // not submitted and of a foreign author: nothing of ours to say, and no mark for others
      assertFalse(copy.text().contains("Authserver-Forwarded"), copy.text());
      assertFalse(copy.text().contains("DKIM-Signature"), copy.text());
    }
  }

  @Test
  void aBounceOfForwardedMailFindsItsOrigin() throws Exception {
    String text = "will-bounce";
    fromStranger(FRIEND, text, "team@example.org");
    String path = site.awaitTaken(text, 2).getFirst().reversePath();
    String address = path.substring(1, path.length() - 1);
    bounce("the-bounce", address);
    Message returned = site.awaitTaken("the-bounce", 1).getFirst();
    assertEquals("<>", returned.reversePath());
    assertEquals(List.of(FRIEND), site.recipients("the-bounce"));
  }

  private static void bounce(String text, String recipient) throws Exception {
    try (Client stranger = Client.stranger()) {
      stranger.send("", recipient, Client.message("Mailer <mailer-daemon@far.test>", FRIEND, text));
    }
  }

  @Test
  void aNullSenderStaysNull() throws Exception {
    String text = "null-sender";
    fromStranger("", text, "alice@example.org", "zoe@moved.example");
    for (Message copy : site.awaitTaken(text, 1)) {
      assertEquals("<>", copy.reversePath());
    }
    String received = site.awaitMailbox("alice@example.org", text).getFirst();
    assertTrue(received.startsWith("Return-Path: <>"), received);
  }

  @Test
  void aBounceToAListReachesItsOwnerAlone() throws Exception {
    String text = "bounce-to-a-list";
    fromStranger("", text, "team@example.org");
    String received = site.awaitMailbox("alice@example.org", text).getFirst();
    assertTrue(received.startsWith("Return-Path: <>"), received);
    site.awaitEmptyQueue();
    assertEquals(List.of(), site.recipients(text));
    assertEquals(List.of(), site.mailbox("carol@example.org", text));
  }

  @Test
  void aDomainThatMovedAwayIsForwarded() throws Exception {
    String text = "moved-away";
    fromStranger(FRIEND, text, "zoe+x@moved.example");
    Message copy = site.awaitTaken(text, 1).getFirst();
    assertEquals(List.of("zoe+x@partner.test"), site.recipients(text));
    assertTrue(copy.reversePath().matches("<SRS0=.*@moved\\.example>"), copy.reversePath());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spam@example.org",
        "spam+x@example.org",
        "nobody@example.org",
        "eve@example.org",
        "nobody@old.example",
        "somebody@far.test",
        "SRS0=AAAA=AA=near.test=victim@example.org"
      })
  void whatTakesNoMailIsRefusedAtTheEdge(String recipient) throws Exception {
    try (Client stranger = Client.stranger()) {
      assertTrue(stranger.say("MAIL FROM:<" + FRIEND + ">").startsWith("250"));
      String reply = stranger.say("RCPT TO:<" + recipient + ">");
      assertTrue(reply.startsWith("550"), recipient + ": " + reply);
    }
  }
}
