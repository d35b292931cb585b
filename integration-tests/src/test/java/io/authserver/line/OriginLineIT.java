package io.authserver.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsForm;
import io.authserver.mailforwarder.srs.SrsForms;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The origin mark over both daemons: mail from outside that claims an author of ours goes through
 * every kind of forward, and never comes out with a signature that its author's domain would count
 * as its own. Mail of users who logged in goes the same ways and is signed.
 */
final class OriginLineIT {
  private static final Set<String> OURS =
      Set.of(
          "ours.example",
          "moved.example",
          "inner.example",
          "other.example",
          "caught.example",
          "xn--mnchen-3ya.example");
  private static final Srs SRS =
      new Srs(List.of(SrsSecret.of(MailLine.SECRET)), new SrsForms(SrsForm.SEPARATED, null));
  private static final Pattern SIGNING_DOMAIN = Pattern.compile("[;\\s]d=\\s*([^;\\s]+)");
  private static final Pattern CASE = Pattern.compile("\r\nX-Case: (\\S+)\r\n");
  private static final String LONG =
      "a-sender-whose-local-part-has-all-the-sixty-four-octets.it.may-h";

  private static MailLine line;

  /**
   * A way through the forwarder that ends outside.
   *
   * @param copies how many leave
   */
  private record Way(String name, String reversePath, String recipient, int copies) {}

  private static List<Way> ways(String sender) {
    Instant now = Instant.now();
    String elsewhere = new Srs(List.of(SrsSecret.of("theirs"))).forward("x", "far.example", now);
    return List.of(
        new Way("list", sender, "team@ours.example", 2),
        new Way("alias_of_list", sender, "Crew@ours.example", 2),
        new Way("extension", sender, "team+ceo-x@ours.example", 2),
        new Way("nested", sender, "nest@ours.example", 3),
        new Way("own_sender", sender, "news@ours.example", 1),
        new Way("own_sender_nested", sender, "bulletin@ours.example", 2),
        new Way("redirect", sender, "zoe@moved.example", 1),
        new Way("redirect_extension", sender, "zoe+a-b@MOVED.example", 1),
        new Way("redirect_within", sender, "eve@inner.example", 1),
        new Way("catch_all", sender, "anybody+x@caught.example", 2),
        new Way("idn", sender, "eve@xn--mnchen-3ya.example", 1),
        new Way("bounce_of_list", "", "team@ours.example", 2),
        new Way("srs0", "", SRS.forward("x", "far.example", now) + "@ours.example", 1),
        new Way("srs1", "", SRS.forward(elsewhere, "far.example", now) + "@ours.example", 1),
        new Way("srs_named", sender, SRS.forward("x", "far.example", now) + "@moved.example", 1));
  }

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    line =
        new MailLine(
            folder,
            OURS,
            "UPDATE authserver.domain SET redirect_to = 'far.example' WHERE name = 'moved.example'",
            "UPDATE authserver.domain SET redirect_to = 'other.example' WHERE name ="
                + " 'inner.example'",
            "UPDATE authserver.domain SET catch_all = 'team@ours.example' WHERE name ="
                + " 'caught.example'",
            "UPDATE authserver.domain SET can_use_transactional = true WHERE name = 'ours.example'",
            """
            INSERT INTO authserver.mailing_list (name, new_mailfrom, null_sender) VALUES
              ('team', NULL, 'members'), ('nest', NULL, 'members'),
              ('news', 'news-bounces@ours.example', 'members'),
              ('bulletin', 'news-bounces@ours.example', 'members'), ('out', NULL, 'members')
            """,
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
            SELECT d.id, a.local_part, l.id FROM (VALUES
              ('team', 'ours.example', 'team'), ('crew', 'ours.example', 'team'),
              ('nest', 'ours.example', 'nest'), ('news', 'ours.example', 'news'),
              ('bulletin', 'ours.example', 'bulletin'), ('eve', 'other.example', 'out'),
              ('eve', 'xn--mnchen-3ya.example', 'out')
            ) a (local_part, domain, list)
            JOIN authserver.domain d ON d.name = a.domain
            JOIN authserver.mailing_list l ON l.name = a.list
            """,
            """
            INSERT INTO authserver.mailing_list_address (list_id, address)
            SELECT l.id, m.address FROM (VALUES
              ('team', 'carol@far.example'), ('team', 'dan@away.example'),
              ('nest', 'team@ours.example'), ('nest', 'zoe@far.example'),
              ('news', 'carol@far.example'), ('bulletin', 'crew@ours.example'),
              ('out', 'carol@far.example')
            ) m (list, address) JOIN authserver.mailing_list l ON l.name = m.list
            """);
  }

  @AfterAll
  static void stop() throws Exception {
    line.close();
  }

  /** Returns the domains that have signed a message. */
  private static List<String> signers(Message message) {
    List<String> domains = new ArrayList<>();
    header(message)
        .all("dkim-signature")
        .forEach(
            field -> {
              Matcher matcher =
                  SIGNING_DOMAIN.matcher(
                      " " + new String(field.value(), StandardCharsets.ISO_8859_1));
              assertTrue(matcher.find(), "a signature without d=");
              domains.add(matcher.group(1).toLowerCase(Locale.ROOT));
            });
    return domains;
  }

  private static HeaderSection header(Message message) {
    return MessageBytes.of(message.data()).header();
  }

  /** RFC 7489 §3.1.1, relaxed: the same organisation, which here is the last two labels. */
  private static boolean isAligned(String one, String other) {
    return lastLabels(one).equals(lastLabels(other));
  }

  private static List<String> lastLabels(String domain) {
    List<String> labels = List.of(domain.split("\\.", -1));
    return labels.subList(Math.max(0, labels.size() - 2), labels.size());
  }

  /**
   * Returns what the internet has got under an id.
   *
   * @param after how many messages it had before
   */
  private static List<Message> arrived(String id, int after) {
    List<Message> all = line.internet().messages();
    return all.subList(after, all.size()).stream()
        .filter(
            message -> {
              Matcher matcher = CASE.matcher(message.text());
              return matcher.find() && matcher.group(1).equals(id);
            })
        .toList();
  }

  private static List<Message> arrived(String id) {
    return arrived(id, 0);
  }

  private static int copies(List<Message> messages) {
    return messages.stream().mapToInt(message -> message.recipients().size()).sum();
  }

  @Test
  void aSpoofedAuthorOfOursIsNeverSigned() throws Exception {
    List<Spoof> spoofs = Spoof.all();
    int checked = 0;
    for (String sender : List.of("ceo@ours.example", "x@evil.example", LONG + "@evil.example")) {
      // The sender decides about the return address alone, so some of the others are enough.
      int step = sender.startsWith("ceo@") ? 1 : 5;
      List<Way> ways = new ArrayList<>(ways(sender));
      ways.add(new Way("passed_on", sender, "bob@far.example", 1));
      for (Way way : ways) {
        for (int i = 0; i < spoofs.size(); i += step) {
          String id = sender.length() + "/" + way.name() + "/" + i;
          byte[] message = spoofs.get(i).message(id);
          int before = line.internet().messages().size();
          MailLine.send(line.forwarder(), way.reversePath(), way.recipient(), message);
          List<Message> arrived = arrived(id, before);
          assertEquals(way.copies(), copies(arrived), id);
          for (Message copy : arrived) {
            checked++;
            for (String signer : signers(copy)) {
              for (String victim : spoofs.get(i).victims()) {
                assertFalse(
                    isAligned(signer, victim), id + " is signed by " + signer + "\n" + copy.text());
              }
            }
            assertTrue(header(copy).all(OriginMark.FIELD_NAME).isEmpty(), copy.text());
          }
        }
      }
    }
    System.out.printf("%d spoofed copies, none signed for their author%n", checked);
    assertTrue(checked > 1000, checked + " copies");
    assertTrue(
        line.smartHost().messages().stream()
            .allMatch(message -> message.text().contains(" with ESMTPSA ")),
        "who did not log in has not taken the transactional relay");
  }

  private static byte[] message(String id, String protocol, String from) {
    return String.join(
            "\r\n",
            "Received: from pc (pc [192.0.2.7])",
            "\tby mx.ours.example (OpenSMTPD) with " + protocol + " id 0badc0de",
            "\t(TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) auth=yes user=alice;",
            "\tSun, 22 Nov 2026 04:00:00 +0000 (UTC)",
            "From: " + from,
            "X-Case: " + id,
            "Date: Sun, 22 Nov 2026 04:00:00 +0000",
            "Message-ID: <" + id + "@ours.example>",
            "",
            "Hello",
            "")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Checks that all copies of a message that should leave have left with such a signature. */
  private static void assertSigned(String id, int copies, String signer) {
    List<Message> arrived = arrived(id);
    assertEquals(copies, copies(arrived), id);
    for (Message copy : arrived) {
      assertEquals(List.of(signer), signers(copy), copy.text());
      assertTrue(header(copy).all(OriginMark.FIELD_NAME).isEmpty(), copy.text());
    }
  }

  @Test
  void submittedMailIsSignedOnAllTheseWays() throws Exception {
    for (String protocol : List.of("ESMTPSA", "ESMTPA", "UTF8SMTPSA")) {
      for (Way way : ways("alice@ours.example")) {
        for (String author : List.of("ours", "sub.ours", "other")) {
          String id = protocol + "/" + way.name() + "/" + author;
          MailLine.send(
              line.forwarder(),
              way.reversePath(),
              way.recipient(),
              message(id, protocol, "Alice <alice@" + author + ".example>"));
          assertSigned(id, way.copies(), (author.equals("other") ? "other" : "ours") + ".example");
        }
      }
    }
  }

  @Test
  void whereAllIsSubmittedTheTraceFieldDoesNotMatter() throws Exception {
    for (Way way : ways("alice@ours.example")) {
      String id = "submission/" + way.name();
      byte[] message = message(id, "ESMTP", "alice@ours.example");
      MailLine.send(line.submissions(), way.reversePath(), way.recipient(), message);
      assertSigned(id, way.copies(), "ours.example");
    }
  }

  @Test
  void whereSubmissionsHaveAListenerTheHeaderClaimsNoneAtTheOther() throws Exception {
    for (Way way : ways("alice@ours.example")) {
      String id = "others/" + way.name();
      byte[] message = message(id, "ESMTPSA", "alice@ours.example");
      MailLine.send(line.others(), way.reversePath(), way.recipient(), message);
      List<Message> arrived = arrived(id);
      assertEquals(way.copies(), copies(arrived), id);
      for (Message copy : arrived) {
        assertFalse(signers(copy).contains("ours.example"), copy.text());
      }
    }
  }

  @Test
  void whatIsPassedOnUnchangedIsSignedWhereItWasSubmitted() throws Exception {
    for (String protocol : List.of("ESMTPSA", "ESMTPA")) {
      byte[] message = message("passed-on/" + protocol, protocol, "alice@other.example");
      MailLine.send(line.forwarder(), "alice@other.example", "bob@far.example", message);
      assertSigned("passed-on/" + protocol, 1, "other.example");
    }
  }

  /** Returns the copy that came to the queue behind mailforwarder under an id. */
  private static String routed(String id) {
    return line.routed().stream()
        .filter(message -> message.contains("\r\nX-Case: " + id + "\r\n"))
        .toList()
        .getLast();
  }

  @Test
  void whatGoesToAMailboxOfOursHasNoMarkThatCouldBeSentAgain() throws Exception {
    String forged = OriginMark.FIELD_NAME + ": v=1; submitted=yes\r\n";
    for (String recipient : List.of("alice@ours.example", "eve@ours.example")) {
      String id = "kept/" + recipient;
      String message = text(message(id, "ESMTPSA", "alice@ours.example"));
      MailLine.send(
          line.forwarder(), "alice@ours.example", recipient, (forged + message).getBytes(UTF_8));
      assertTrue(routed(id).endsWith(message), routed(id));
      assertFalse(routed(id).contains(OriginMark.FIELD_NAME), routed(id));
    }
  }

  private static String text(byte[] message) {
    return new String(message, UTF_8);
  }

  /** Checks that what has left under an id has neither a signature nor a mark. */
  private static void assertUnsigned(String id) {
    List<Message> arrived = arrived(id);
    assertEquals(1, copies(arrived), id);
    assertEquals(List.of(), signers(arrived.getFirst()), arrived.getFirst().text());
    assertTrue(
        header(arrived.getFirst()).all(OriginMark.FIELD_NAME).isEmpty(), arrived.getFirst().text());
  }

  /** A program on the host, or whatever gets at the listeners behind mailforwarder. */
  @Test
  void whatPassesMailforwarderByIsNotSigned() throws Exception {
    String mac = "mac=" + "A".repeat(43) + "=";
    String forged =
        OriginMark.FIELD_NAME + ": v=2; submitted=yes; author=match; id=X-1; " + mac + "\r\n";
    String trace = "Received: from x by mx.ours.example with ESMTP id X-1; now\r\n";
    List<String> marks =
        List.of(
            "",
            OriginMark.FIELD_NAME + ": v=1; submitted=yes\r\n",
            forged,
            forged + trace,
            trace + forged + trace,
            forged + forged + trace,
            OriginMark.FIELD_NAME + ": v=2; submitted=yes\r\n");
    for (int i = 0; i < marks.size(); i++) {
      for (var to : List.of(line.router(), line.signer())) {
        String id = "by/" + i + "/" + to.getPort();
        String message = marks.get(i) + text(message(id, "ESMTPSA", "ceo@ours.example"));
        MailLine.send(to, "ceo@ours.example", "bob@far.example", message.getBytes(UTF_8));
        assertUnsigned(id);
      }
    }
  }

  /** What a web application on the host can be made to send to a port: SMTP in the body. */
  @Test
  void anHttpRequestIsNotExecuted() throws Exception {
    for (var to : List.of(line.forwarder(), line.signer())) {
      for (String request : List.of("POST / HTTP/1.1", "PUT /x HTTP/1.0", "Host: localhost")) {
        String id = "http/" + to.getPort() + "/" + request.charAt(1);
        String smtp =
            "EHLO x\r\nMAIL FROM:<ceo@ours.example>\r\nRCPT TO:<bob@far.example>\r\nDATA\r\n"
                + text(message(id, "ESMTPSA", "ceo@ours.example"))
                + ".\r\nQUIT\r\n";
        try (RawSmtpClient client = RawSmtpClient.greeted(to)) {
          client.send(
              (request + "\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n" + smtp)
                  .getBytes(UTF_8));
          assertTrue(client.readReply().startsWith("421 4.7.0 "), request);
          assertEquals("", client.readToEnd());
        }
        assertEquals(List.of(), arrived(id), request);
      }
    }
  }

  @Test
  void aMarkOfAnotherMessageProvesNothing() throws Exception {
    MailLine.send(
        line.forwarder(),
        "alice@other.example",
        "bob@far.example",
        message("genuine", "ESMTPSA", "alice@other.example"));
    assertSigned("genuine", 1, "other.example");
    String genuine = routed("genuine");
    String top = genuine.substring(0, genuine.indexOf("Received: from pc"));
    assertTrue(top.startsWith(OriginMark.FIELD_NAME + ": v=2; submitted=yes;"), top);
    List<String> replays =
        List.of(
            // Another author, another message, and the same with another field on top.
            top + text(message("replay-0", "ESMTPSA", "ceo@ours.example")),
            top + text(message("replay-1", "ESMTPSA", "alice@other.example")),
            "X: y\r\n" + genuine.replace("X-Case: genuine", "X-Case: replay-2"),
            top.replace(" id ", " id x").replace("\tid=", "\tid=x")
                + text(message("replay-3", "ESMTPSA", "alice@other.example")));
    for (int i = 0; i < replays.size(); i++) {
      byte[] replay = replays.get(i).getBytes(UTF_8);
      MailLine.send(line.router(), "alice@other.example", "bob@far.example", replay);
      assertUnsigned("replay-" + i);
    }
    // Through mailforwarder, which sees what came in by the field on top.
    String old = genuine.replace("X-Case: genuine", "X-Case: old").replace("alice@", "ceo@");
    MailLine.send(line.forwarder(), "ceo@other.example", "bob@far.example", old.getBytes(UTF_8));
    assertUnsigned("old");
  }

  /** The mark withholds the author's signature, not every one. */
  @Test
  void aForeignAuthorMayComeOutWithTheForwardersSignature() throws Exception {
    byte[] message = message("foreign", "ESMTP", "x@evil.example");
    MailLine.send(line.forwarder(), "x@evil.example", "zoe@moved.example", message);
    assertSigned("foreign", 1, "moved.example");
  }

  @Test
  void theTransactionalRelayTakesWhatItsDomainSubmitted() throws Exception {
    String id = "transactional";
    byte[] submitted = message(id, "ESMTPSA", "alice@ours.example");
    MailLine.send(line.forwarder(), "alice@ours.example", "bob@far.example", submitted);
    assertEquals(List.of(), arrived(id));
    Message taken = line.smartHost().messages().getLast();
    assertEquals(List.of("ours.example"), signers(taken));
    int before = line.smartHost().messages().size();
    List<String[]> others =
        List.of(
            new String[] {"ESMTP", "alice@ours.example", "alice@ours.example"},
            new String[] {"ESMTPSA", "alice@ours.example", "alice@other.example"},
            new String[] {"ESMTPSA", "alice@ours.example", "alice@sub.ours.example"},
            new String[] {"ESMTPSA", "alice@ours.example", "a@ours.example, b@ours.example"},
            new String[] {"ESMTPSA", "alice@other.example", "alice@other.example"},
            new String[] {"ESMTPSA", "", "alice@ours.example"});
    for (String[] other : others) {
      MailLine.send(
          line.forwarder(), other[1], "bob@far.example", message("other", other[0], other[2]));
    }
    MailLine.send(line.forwarder(), "alice@ours.example", "zoe@moved.example", submitted);
    assertEquals(before, line.smartHost().messages().size());
    assertEquals(others.size(), copies(arrived("other")));
  }
}
