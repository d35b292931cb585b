package io.authserver.mailforwarder.notify;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.notify.Addressees.Addressee;
import io.authserver.mailforwarder.notify.NotificationComposer.Original;
import io.authserver.mailforwarder.resolve.Keepers;
import io.authserver.mailforwarder.resolve.SenderKind;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class NotificationComposerTest {
  private static final Instant ARRIVED = Instant.parse("2026-03-04T05:06:07Z");
  private static final Reply GONE = Reply.of(550, "5.1.1", "hidden@far.example is gone");
  private static final Mailbox SENDER = Mailbox.parse("x@out.example");
  private static final Mailbox OWNER = Mailbox.parse("owner@ours.example");
  private static final Keepers KEPT = new Keepers(List.of(OWNER), Set.of(1L));
  private static final Addressee TO_SENDER = new Addressee(SENDER, false);
  private static final Addressee TO_OWNER = new Addressee(OWNER, true);
  private static final Optional<Mailbox> HIDDEN = Optional.of(Mailbox.parse("hidden@far.example"));
  private static final String ASCII = "Subject: hello\r\nTo: a@b\r\n\r\nbody\r\n";
  private static final String EIGHT_BIT =
      "Subject: caf\u00e9 = 1\r\nTo: a@b\r\n\r\nn\u00e4chster\r\n";

  private final NotificationComposer composer =
      new NotificationComposer("mx.ours.example", () -> new UUID(1, 2));

  private static Sender sender(String ret, String envid, boolean smtpUtf8) {
    return new Sender(
        new ReversePath.Address(SENDER), new MailParameters(-1, null, smtpUtf8, ret, envid));
  }

  private static Original original(Sender sender, String message, boolean eightBit) {
    return new Original(
        sender,
        MessageBytes.of(message.getBytes(StandardCharsets.UTF_8)),
        ARRIVED,
        eightBit,
        false);
  }

  private static Original original(String message) {
    return original(sender(null, null, false), message, true);
  }

  private static Refusal refusal(
      Recipient recipient, Optional<Mailbox> hidden, Keepers keepers, Reply reply) {
    return new Refusal(recipient, true, hidden, keepers, reply, false);
  }

  private static Refusal hidden(Recipient recipient) {
    return refusal(recipient, HIDDEN, Keepers.NONE, GONE);
  }

  private static Refusal named(String recipient, Reply reply) {
    return refusal(recipient(recipient), Optional.empty(), Keepers.NONE, reply);
  }

  private byte[] compose(Addressee addressee, Original original, Notice... notices)
      throws IOException {
    byte[] bytes =
        composer.compose(addressee, List.of(notices), 0, original, ARRIVED.plusSeconds(3));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertFalse(text.replace("\r\n", "").contains("\n"), "every line ends with CRLF");
    assertTrue(text.lines().allMatch(line -> line.length() <= 998), "RFC 5322 §2.1.1");
    assertEquals(
        NotificationComposer.isEightBit(bytes),
        text.substring(0, text.indexOf("\r\n\r\n")).contains("Content-Transfer-Encoding: 8bit"),
        "RFC 2045 §6.4");
    return bytes;
  }

  private static BodyPart part(byte[] message, int index, String type) throws Exception {
    MimeMessage parsed =
        new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(message));
    assertTrue(parsed.isMimeType("multipart/report"), parsed.getContentType());
    assertTrue(parsed.getContentType().contains("report-type=delivery-status"));
    MimeMultipart parts =
        new MimeMultipart(
            new ByteArrayDataSource(parsed.getRawInputStream(), parsed.getContentType()));
    assertEquals(3, parts.getCount());
    BodyPart part = parts.getBodyPart(index);
    assertTrue(part.isMimeType(type), part.getContentType());
    return part;
  }

  private static byte[] content(byte[] message, int index, String type) throws Exception {
    return part(message, index, type).getInputStream().readAllBytes();
  }

  private static String text(byte[] message, int index, String type) throws Exception {
    return new String(content(message, index, type), StandardCharsets.UTF_8);
  }

  private static String status(byte[] message) throws Exception {
    return text(message, 1, "message/delivery-status").replace("\r\n", "\n");
  }

  @Test
  void theOwnerReadsWhichMemberRefused() throws Exception {
    byte[] bytes =
        compose(
            TO_OWNER,
            original(sender("FULL", "id", false), EIGHT_BIT, true),
            refusal(recipient("team@ours.example"), HIDDEN, KEPT, GONE));
    assertEquals(
        """
        Reporting-MTA: dns; mx.ours.example
        Arrival-Date: Wed, 4 Mar 2026 05:06:07 +0000

        Final-Recipient: rfc822; hidden@far.example
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 hidden@far.example is gone
        Last-Attempt-Date: Wed, 4 Mar 2026 05:06:10 +0000
        """,
        status(bytes));
    assertEquals("Subject: caf\u00e9 = 1\r\nTo: a@b\r\n", text(bytes, 2, "text/rfc822-headers"));
    assertFalse(NotificationComposer.isEightBit(bytes));
  }

  @Test
  void theSenderDoesNot() throws Exception {
    Recipient asked =
        new Recipient(
            recipient("team@ours.example").forwardPath(),
            new RecipientParameters("FAILURE", "rfc822;te+2Bam+E9@ours.example"));
    byte[] bytes =
        compose(
            TO_SENDER,
            original(sender("FULL", "a+3Db+0D+0AX:+20y", false), EIGHT_BIT, true),
            hidden(asked));
    assertFalse(new String(bytes, StandardCharsets.UTF_8).contains("hidden"));
    assertEquals(
        """
        Original-Envelope-Id: a=b??X: y
        Reporting-MTA: dns; mx.ours.example
        Arrival-Date: Wed, 4 Mar 2026 05:06:07 +0000

        Original-Recipient: rfc822; te+am?@ours.example
        Final-Recipient: rfc822; team@ours.example
        Action: failed
        Status: 5.1.1
        Last-Attempt-Date: Wed, 4 Mar 2026 05:06:10 +0000
        """,
        status(bytes));
    assertArrayEquals(
        EIGHT_BIT.getBytes(StandardCharsets.UTF_8), content(bytes, 2, "message/rfc822"));
    assertTrue(NotificationComposer.isEightBit(bytes));
  }

  @Test
  void whatTheSenderNamedIsToldInFull() throws Exception {
    byte[] bytes =
        compose(
            TO_SENDER,
            original(ASCII),
            named("caf\u00e9+a@ours.example", GONE),
            named("\"a\\\\b\"@ours.example", new Reply(554, null, List.of("no", "no, no"))),
            refusal(
                new Recipient(new ForwardPath.Postmaster(), RecipientParameters.NONE),
                Optional.empty(),
                Keepers.NONE,
                GONE));
    String status = status(bytes);
    assertTrue(
        status.contains("Final-Recipient: utf-8; caf\\x{E9}\\x{2B}a@ours.example\n"), status);
    assertTrue(status.contains("Final-Recipient: rfc822; \"a\\\\b\"@ours.example\n"), status);
    assertTrue(status.contains("Final-Recipient: rfc822; postmaster@mx.ours.example\n"), status);
    assertTrue(status.contains("Status: 5.0.0\nDiagnostic-Code: smtp; 554 no / no, no\n"), status);
    assertTrue(text(bytes, 0, "text/plain").contains("caf\u00e9+a@ours.example"));
    assertFalse(NotificationComposer.isEightBit(bytes));
  }

  /** RFC 6533: who has an address in UTF-8 reads all others in UTF-8. */
  @Test
  void anInternationalisedSenderIsToldInUtf8() throws Exception {
    Mailbox author = Mailbox.parse("j\u00fcrgen@out.example");
    Recipient asked =
        new Recipient(
            recipient("caf\u00e9@ours.example").forwardPath(),
            new RecipientParameters("FAILURE", "utf-8;caf\\x{E9}@ours.example"));
    for (String ret : List.of("HDRS", "FULL")) {
      byte[] bytes =
          compose(
              new Addressee(author, false),
              original(sender(ret, null, true), EIGHT_BIT, true),
              refusal(asked, Optional.empty(), Keepers.NONE, GONE));
      String status = text(bytes, 1, "message/global-delivery-status");
      assertTrue(status.contains("Original-Recipient: utf-8; caf\\x{E9}@ours.example\r\n"), status);
      assertTrue(status.contains("Final-Recipient: utf-8; caf\u00e9@ours.example\r\n"), status);
      boolean full = ret.equals("FULL");
      assertEquals(
          full ? EIGHT_BIT : EIGHT_BIT.substring(0, EIGHT_BIT.indexOf("\r\n\r\n") + 2),
          text(bytes, 2, full ? "message/global" : "message/global-headers"));
    }
    byte[] ascii =
        compose(
            TO_SENDER,
            original(sender("HDRS", null, true), EIGHT_BIT, false),
            refusal(asked, Optional.empty(), Keepers.NONE, GONE));
    assertTrue(status(ascii).contains("Original-Recipient: utf-8; caf\\x{E9}@ours.example\n"));
    assertTrue(text(ascii, 2, "text/rfc822-headers").contains("caf\u00e9"));
    assertFalse(NotificationComposer.isEightBit(ascii), "for any next hop");
  }

  @Test
  void allOfAMessageGoesBackOnlyWhereItFits() throws Exception {
    String head = "Subject: s\r\n\r\n";
    for (String message :
        List.of(
            head + "x".repeat(70) + "\r\n" + "line\r\n".repeat(50_000),
            head + "x".repeat(1000) + "\r\n",
            head + "\0\r\n")) {
      byte[] bytes =
          compose(
              TO_SENDER,
              original(sender("FULL", null, false), message, true),
              named("a@ours.example", GONE));
      assertEquals("Subject: s\r\n", text(bytes, 2, "text/rfc822-headers"));
    }
    Original sevenBit = original(sender("FULL", null, false), EIGHT_BIT, false);
    byte[] bytes = compose(TO_SENDER, sevenBit, named("a@ours.example", GONE));
    assertTrue(text(bytes, 2, "text/rfc822-headers").contains("caf\u00e9 = 1"));
    assertFalse(NotificationComposer.isEightBit(bytes));
    String fields = "X-Long: " + "word ".repeat(200) + "\r\n";
    byte[] bounded =
        compose(TO_SENDER, original(fields.repeat(300) + "\r\nbody\r\n"), named("a@b", GONE));
    int fitting = NotificationComposer.MAX_RETURNED_BYTES / fields.length();
    assertEquals(fields.repeat(fitting), text(bounded, 2, "text/rfc822-headers"));
    assertTrue(
        text(bounded, 0, "text/plain")
            .contains("Only the first " + fitting + " of the message's 300 header fields follow."));
    byte[] whole =
        compose(TO_SENDER, original(fields.repeat(fitting) + "\r\nbody\r\n"), named("a@b", GONE));
    assertEquals(fields.repeat(fitting), text(whole, 2, "text/rfc822-headers"));
    assertFalse(text(whole, 0, "text/plain").contains("Only"));
  }

  /** RFC 3461 §4.3: what is too large to be returned in full is said to be. */
  @Test
  void aMessageThatDoesNotGoBackInFullIsSaidNotTo() throws Exception {
    String header = "Subject: x\r\n\r\n";
    int room = NotificationComposer.MAX_RETURNED_BYTES - header.length() - 2;
    for (boolean tooLarge : new boolean[] {false, true}) {
      String body = "x".repeat(50) + "\r\n";
      String filled = body.repeat(room / body.length());
      String last = "y".repeat(room - filled.length() + (tooLarge ? 1 : 0)) + "\r\n";
      Original original = original(sender("FULL", null, false), header + filled + last, true);
      byte[] bytes = compose(TO_SENDER, original, named("a@b", GONE));
      assertEquals(
          tooLarge,
          text(bytes, 0, "text/plain")
              .contains(
                  "Only the message's header fields follow, since it has more than 256 KiB."));
      String type = tooLarge ? "text/rfc822-headers" : "message/rfc822";
      assertTrue(text(bytes, 2, type).startsWith("Subject: x\r\n"));
    }
  }

  @Test
  void aLongDiagnosticIsFoldedAndBounded() throws Exception {
    Reply wordy = Reply.foreign(550, List.of("5.1.1 " + "word ".repeat(90), "x".repeat(480)));
    byte[] bytes = compose(TO_SENDER, original(ASCII), named("a@ours.example", wordy));
    String status = status(bytes);
    assertTrue(
        status.lines().allMatch(line -> line.length() <= 78 || line.startsWith(" xxx")), status);
    String unfolded = status.replace("\n ", " ");
    assertTrue(unfolded.contains("Diagnostic-Code: smtp; 550 5.1.1 word word"), unfolded);
    assertTrue(unfolded.lines().allMatch(line -> line.length() < 850), unfolded);
    assertTrue(unfolded.contains("xxx...\n"), unfolded);
    assertTrue(text(bytes, 0, "text/plain").contains("xxx...\r\n"));
    Recipient asked =
        new Recipient(
            recipient("a@ours.example").forwardPath(),
            new RecipientParameters("FAILURE", "utf-8;" + "\u00e9".repeat(240)));
    String left = status(compose(TO_SENDER, original(ASCII), hidden(asked)));
    assertFalse(left.contains("Original-Recipient"), "it does not fit into a line");
  }

  /**
   * Symptom: a notification about a foreign recipient came from MAILER-DAEMON at that foreign
   * domain, because the domain of the first recipient was taken for ours.
   */
  @Test
  void itNeverSpeaksInAForeignName() throws Exception {
    byte[] bytes =
        compose(
            TO_SENDER,
            original(ASCII),
            new Refusal(
                recipient("b@far.example"), false, Optional.empty(), Keepers.NONE, GONE, false));
    String text = new String(bytes, StandardCharsets.UTF_8);
    assertTrue(text.contains("<MAILER-DAEMON@mx.ours.example>\r\n"), text);
    assertTrue(text.contains("-0000-000000000002@mx.ours.example>\r\n"), text);
  }

  @Test
  void successIsToldWhereItWasAskedFor() throws Exception {
    byte[] bytes =
        compose(
            TO_SENDER,
            original(sender("FULL", "e1", false), ASCII, true),
            new Arrival(recipient("team@ours.example", "SUCCESS"), true),
            new Arrival(recipient("news@ours.example", "SUCCESS"), false));
    assertEquals(
        """
        Original-Envelope-Id: e1
        Reporting-MTA: dns; mx.ours.example
        Arrival-Date: Wed, 4 Mar 2026 05:06:07 +0000

        Final-Recipient: rfc822; team@ours.example
        Action: expanded
        Status: 2.0.0

        Final-Recipient: rfc822; news@ours.example
        Action: delivered
        Status: 2.0.0
        """,
        status(bytes));
    // RFC 3461 §4.3: RET is about failures; success returns headers only
    assertEquals("Subject: hello\r\nTo: a@b\r\n", text(bytes, 2, "text/rfc822-headers"));
    assertTrue(new String(bytes, StandardCharsets.UTF_8).contains("Subject: Delivery report\r\n"));
  }

  @Nested
  @Needs(Oracle.PYTHON)
  class ReadByPython {
    @Test
    void anotherParserReadsTheSame() throws Exception {
      Recipient asked =
          new Recipient(
              recipient("team@ours.example").forwardPath(),
              new RecipientParameters("FAILURE", "rfc822;te+2Bam@ours.example"));
      byte[] bytes =
          compose(
              TO_SENDER,
              original(sender("HDRS", "QQ+2B1", false), EIGHT_BIT, false),
              hidden(asked),
              named("b@ours.example", Reply.of(552, "5.2.2", "full")));
      assertEquals(
          """
          type multipart/report delivery-status
          Date 1 Wed, 4 Mar 2026 05:06:10 +0000
          Message-ID 1 <00000000-0000-0001-0000-000000000002@ours.example>
          From 1 Mail Delivery System <MAILER-DAEMON@ours.example>
          To 1 <x@out.example>
          Auto-Submitted 1 auto-replied
          MIME-Version 1 1.0
          part text/plain 7bit
          |This is the mail system of ours.example.
          |
          |A message could not be delivered to everybody it was meant for:
          |
          |  team@ours.example
          |    one of the addresses behind it refused
          |  b@ours.example
          |    552 5.2.2 full
          |
          |It will not be tried again.
          part message/delivery-status 7bit
          0 Original-Envelope-Id QQ+1
          0 Reporting-MTA dns; mx.ours.example
          0 Arrival-Date Wed, 4 Mar 2026 05:06:07 +0000
          1 Original-Recipient rfc822; te+am@ours.example
          1 Final-Recipient rfc822; team@ours.example
          1 Action failed
          1 Status 5.1.1
          1 Last-Attempt-Date Wed, 4 Mar 2026 05:06:10 +0000
          2 Final-Recipient rfc822; b@ours.example
          2 Action failed
          2 Status 5.2.2
          2 Diagnostic-Code smtp; 552 5.2.2 full
          2 Last-Attempt-Date Wed, 4 Mar 2026 05:06:10 +0000
          part text/rfc822-headers quoted-printable
          |Subject: caf\u00e9 = 1
          |To: a@b
          """,
          String.join("\n", PythonReader.read(bytes)) + "\n");
      Original full = original(sender("FULL", null, false), EIGHT_BIT, true);
      List<String> read = PythonReader.read(compose(TO_SENDER, full, hidden(asked)));
      assertTrue(read.contains("part message/rfc822 8bit"), read.toString());
      assertTrue(read.stream().noneMatch(line -> line.startsWith("defect")), read.toString());
    }
  }

  private static List<Mailbox> told(SenderKind kind, ReversePath reversePath, Refusal refusal) {
    List<Addressee> may = Addressees.of(kind, reversePath, refusal);
    may.forEach(
        who -> assertEquals(who.mailbox().equals(SENDER), !who.mayReadTargets(), "hidden targets"));
    return may.stream().map(Addressee::mailbox).toList();
  }

  /** RFC 5321 §4.5.5, RFC 3461 §4.1 and §5.2.7.3. */
  @Test
  void whoMayBeToldDependsOnTheSender() {
    Mailbox postmaster = Mailbox.parse("postmaster@ours.example");
    Refusal owned = refusal(recipient("a@Ours.example", "NEVER"), HIDDEN, KEPT, GONE);
    Refusal plain = hidden(recipient("b@ours.example"));
    Refusal quiet = hidden(recipient("c@ours.example", "DELAY"));
    Refusal foreign =
        new Refusal(recipient("d@far.example"), false, HIDDEN, Keepers.NONE, GONE, false);
    ReversePath sender = new ReversePath.Address(SENDER);
    ReversePath none = new ReversePath.Null();
    assertEquals(List.of(OWNER), told(SenderKind.SUBMITTED, sender, owned));
    assertEquals(List.of(SENDER, postmaster), told(SenderKind.SUBMITTED, sender, plain));
    assertEquals(List.of(), told(SenderKind.SUBMITTED, sender, quiet));
    assertEquals(List.of(SENDER), told(SenderKind.SUBMITTED, sender, foreign));
    for (SenderKind kind : List.of(SenderKind.NULL, SenderKind.STRANGER)) {
      ReversePath path = kind == SenderKind.NULL ? none : sender;
      assertEquals(List.of(OWNER, postmaster), told(kind, path, owned));
      assertEquals(List.of(postmaster), told(kind, path, plain));
      assertEquals(List.of(postmaster), told(kind, path, quiet));
      assertEquals(List.of(), told(kind, path, foreign));
    }
  }

  @Test
  void whatWasDroppedIsSaidToBeAndHowMuchIsLeftOut() throws Exception {
    Refusal limit =
        new Refusal(
            recipient("team@ours.example"),
            true,
            Optional.empty(),
            KEPT,
            Reply.of(552, "5.3.4", "message too large"),
            true);
    MessageBytes kept =
        MessageBytes.of("Received: x\r\nSubject: cut he".getBytes(StandardCharsets.UTF_8));
    Original original = new Original(sender(null, null, false), kept, ARRIVED, true, true);
    byte[] bytes = composer.compose(TO_OWNER, List.of(limit), 7, original, ARRIVED);
    assertEquals(
        """
        This is the mail system of ours.example.

        A message met a limit and was dropped. Its sender was not told:

          team@ours.example
            552 5.3.4 message too large

        There are 7 more that are not named here.

        It will not be tried again.

        Only the first 28 bytes of the message's header section follow.
        """,
        text(bytes, 0, "text/plain").replace("\r\n", "\n"));
    assertEquals("Received: x\r\nSubject: cut he", text(bytes, 2, "text/rfc822-headers").strip());
  }

  @Test
  void itKnowsItsOwnAgain() throws Exception {
    byte[] own = compose(TO_OWNER, original(ASCII), named("a@ours.example", GONE));
    assertTrue(NotificationComposer.isOwn(MessageBytes.of(own).header()));
    String text = new String(own, StandardCharsets.US_ASCII);
    for (String other :
        List.of(
            text.replace("auto-replied", "no"),
            text.replace("MAILER-DAEMON@ours", "MAILER-DAEMON@else"),
            text.replaceFirst("Message-ID: <.", "Message-ID: <"),
            ASCII)) {
      assertFalse(
          NotificationComposer.isOwn(
              MessageBytes.of(other.getBytes(StandardCharsets.US_ASCII)).header()),
          other);
    }
  }
}
