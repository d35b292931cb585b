package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages from outside that name large lists hundreds of times, through the real OpenSMTPD, which
 * brings what it has taken until it is answered.
 *
 * <p>Symptom: one of them ended mailforwarder with an OutOfMemoryError, and the queue brought it
 * again. Cause: an expansion was kept for each extension of a list's address.
 */
@Tag("real-servers")
@Timeout(600)
class PoisonIT {
  private static final String FRIEND = "friend@near.test";
  private static final Duration LONG = Duration.ofMinutes(5);

  private static RealSite site;

  @BeforeAll
  static void site() throws Exception {
    site = RealSite.get();
  }

  @AfterEach
  void theDaemonLives() {
    assertTrue(site.forwarder().isAlive(), "mailforwarder has ended");
  }

  /** Makes lists of the same members, each with an address of its name. */
  private static void lists(String prefix, int count, String member, int members) {
    site.database()
        .run(
            "INSERT INTO authserver.mailing_list (name) SELECT '%s' || i FROM generate_series(1, %d) i"
                .formatted(prefix, count),
            """
            INSERT INTO authserver.mailing_list_address (list_id, address)
            SELECT l.id, '%s' || i || '@far.test' FROM authserver.mailing_list l, generate_series(1, %d) i
            WHERE l.name LIKE '%s%%'
            """
                .formatted(member, members, prefix),
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
            SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
            WHERE d.name = 'example.org' AND l.name LIKE '%s%%'
            """
                .formatted(prefix));
  }

  private static void fromStranger(String text, List<String> recipients) throws Exception {
    try (Client stranger = Client.stranger()) {
      stranger.send(
          FRIEND, recipients, Client.message("F <" + FRIEND + ">", recipients.getFirst(), text));
    }
  }

  private static void ordinary(String text) throws Exception {
    long began = System.nanoTime();
    fromStranger(text, List.of("alice@example.org"));
    site.awaitMailbox("alice@example.org", text);
    System.out.println(
        text + " was in its mailbox after " + (System.nanoTime() - began) / 1_000_000 + " ms");
  }

  private static void awaitCopies(String text, int members) {
    Place.await(
        members + " copies of " + text,
        LONG,
        () -> new HashSet<>(site.recipients(text)).size() >= members);
  }

  @Test
  void sixHundredExtensionsOfOneListAreOneList() throws Exception {
    lists("crowd", 1, "crowd-member", 2000);
    String text = "the-poison";
    fromStranger(
        text, IntStream.range(0, 600).mapToObj(i -> "crowd1+" + i + "@example.org").toList());
    ordinary("beside-the-poison");
    awaitCopies(text, 2000);
    site.awaitEmptyQueue();
    // OpenSMTPD hands so many recipients over in two or three transactions at once, which cannot
    // know of each other (docs/reliability.md): each brings every member one copy.
    List<String> copies = site.recipients(text);
    assertEquals(0, copies.size() % 2000, "not all members alike: " + copies.size());
    assertTrue(copies.size() <= 3 * 2000, copies.size() + " copies");
    assertEquals(2000, new HashSet<>(copies).size());
    ordinary("after-the-poison");
  }

  /** Over the bound of what the recipients of one message stand for: the rest comes again. */
  @Test
  void manyListsThatShareTheirMembersAreTakenInParts() throws Exception {
    lists("sharing", 120, "sharing-member", 1000);
    String text = "to-all-that-share";
    fromStranger(
        text, IntStream.rangeClosed(1, 120).mapToObj(i -> "sharing" + i + "@example.org").toList());
    ordinary("beside-all-that-share");
    awaitCopies(text, 1000);
    site.awaitEmptyQueue();
    assertEquals(1000, new HashSet<>(site.recipients(text)).size());
  }

  @Test
  void aListThatIsTooLargeIsRefusedAtTheEdgeAndTheOthersGetIt() throws Exception {
    lists("huge", 1, "huge-member", 20_001);
    String text = "to-a-huge-list";
    try (Client stranger = Client.stranger()) {
      assertTrue(stranger.say("MAIL FROM:<" + FRIEND + ">").startsWith("250"));
      String reply = stranger.say("RCPT TO:<huge1@example.org>");
      assertTrue(reply.startsWith("550"), reply);
    }
    fromStranger(text, List.of("alice@example.org"));
    assertEquals(1, site.awaitMailbox("alice@example.org", text).size());
    site.awaitEmptyQueue();
    assertEquals(List.of(), site.recipients(text), "nothing tells the sender, who knows");
  }

  /** A user of ours is told why. */
  @Test
  void aUserWhoWritesToAListThatIsTooLargeIsTold() throws Exception {
    lists("vast", 1, "vast-member", 20_001);
    String text = "to-a-vast-list";
    try (Client bob = Client.user("bob@example.org", RealSite.PASSWORD)) {
      bob.send(
          "bob@example.org",
          "vast1@example.org",
          Client.message("bob@example.org", "vast1@example.org", text));
    }
    String bounce = site.awaitMailbox("bob@example.org", text).getFirst();
    assertTrue(bounce.contains("5.2.4"), bounce);
    site.awaitEmptyQueue();
  }
}
