package io.authserver.mailforwarder.notify;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.notify.Addressees.Addressee;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.reply.Reply;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class NotificationComposerTest {
  private static final Instant ARRIVED = Instant.parse("2026-03-04T05:06:07Z");
  private static final Reply GONE = Reply.of(550, "5.1.1", "hidden@far.example is gone");
  private static final Mailbox SENDER = Mailbox.parse("x@out.example");
  private static final Mailbox OWNER = Mailbox.parse("owner@ours.example");
  private static final Optional<Mailbox> HIDDEN = Optional.of(Mailbox.parse("hidden@far.example"));
  private static final String ORIGINAL = "Subject: caf\u00e9\r\nTo: a@b\r\n\r\nbody\r\n";

  private final NotificationComposer composer =
      new NotificationComposer("mx.ours.example", () -> new UUID(1, 2));

  private static Sender sender(String ret, String envid) {
    return new Sender(
        new ReversePath.Address(SENDER), new MailParameters(-1, null, false, ret, envid));
  }

  private byte[] compose(Addressee addressee, Sender sender, Refusal... refusals)
      throws IOException {
    return composer.compose(
        addressee,
        List.of(refusals),
        sender,
        MessageBytes.of(ORIGINAL.getBytes(StandardCharsets.UTF_8)),
        ARRIVED,
        ARRIVED.plusSeconds(3));
  }

  private static String part(byte[] message, int index, String type) throws Exception {
    MimeMessage parsed =
        new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(message));
    assertTrue(parsed.isMimeType("multipart/report"), parsed.getContentType());
    assertTrue(parsed.getContentType().contains("report-type=delivery-status"));
    MimeMultipart parts =
        new MimeMultipart(
            new jakarta.mail.util.ByteArrayDataSource(
                parsed.getRawInputStream(), parsed.getContentType()));
    assertEquals(3, parts.getCount());
    assertTrue(parts.getBodyPart(index).isMimeType(type));
    try (InputStream in = parts.getBodyPart(index).getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theOwnerReadsWhichMemberRefused() throws Exception {
    Refusal refusal = new Refusal(recipient("team@ours.example"), HIDDEN, Optional.of(OWNER), GONE);
    byte[] bytes = compose(new Addressee(OWNER, true), sender(null, "id"), refusal);
    String text = new String(bytes, StandardCharsets.UTF_8);
    for (String field :
        List.of(
            "From: Mail Delivery System <MAILER-DAEMON@ours.example>",
            "To: <owner@ours.example>",
            "Date: Wed, 4 Mar 2026 05:06:10 +0000",
            "Message-ID: <00000000-0000-0001-0000-000000000002@ours.example>",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0")) {
      assertTrue(text.contains(field + "\r\n"), field + " is missing in\n" + text);
    }
    assertFalse(text.replace("\r\n", "").contains("\n"), "every line ends with CRLF");
    assertEquals(
        """
        Reporting-MTA: dns; mx.ours.example
        Arrival-Date: Wed, 4 Mar 2026 05:06:07 +0000

        Final-Recipient: rfc822; hidden@far.example
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 hidden@far.example is gone
        """,
        part(bytes, 1, "message/delivery-status").replace("\r\n", "\n"));
    assertEquals("Subject: caf\u00e9\r\nTo: a@b\r\n", part(bytes, 2, "text/rfc822-headers"));
    assertTrue(NotificationComposer.isEightBit(bytes));
  }

  @Test
  void theSenderDoesNot() throws Exception {
    Recipient asked =
        new Recipient(
            recipient("team@ours.example").forwardPath(),
            new RecipientParameters("FAILURE", "rfc822;te+2Bam@ours.example"));
    byte[] bytes =
        compose(
            new Addressee(SENDER, false),
            sender("FULL", "a+3Db+0D+0AX"),
            new Refusal(asked, HIDDEN, Optional.empty(), GONE));
    assertFalse(new String(bytes, StandardCharsets.UTF_8).contains("hidden"));
    assertEquals(
        """
        Original-Envelope-Id: a=b??X
        Reporting-MTA: dns; mx.ours.example
        Arrival-Date: Wed, 4 Mar 2026 05:06:07 +0000

        Original-Recipient: rfc822; te+am@ours.example
        Final-Recipient: rfc822; team@ours.example
        Action: failed
        Status: 5.1.1
        """,
        part(bytes, 1, "message/delivery-status").replace("\r\n", "\n"));
    assertEquals(ORIGINAL, part(bytes, 2, "message/rfc822"));
  }

  @Test
  void whatTheSenderNamedIsToldInFull() throws Exception {
    byte[] bytes =
        compose(
            new Addressee(SENDER, false),
            sender(null, null),
            new Refusal(
                recipient("caf\u00e9@ours.example"), Optional.empty(), Optional.empty(), GONE),
            new Refusal(
                new Recipient(new ForwardPath.Postmaster(), RecipientParameters.NONE),
                Optional.empty(),
                Optional.empty(),
                new Reply(554, null, List.of("no"))));
    String status = part(bytes, 1, "message/delivery-status");
    assertTrue(status.contains("Final-Recipient: utf-8; caf\\x{E9}@ours.example\r\n"), status);
    assertTrue(status.contains("Final-Recipient: rfc822; postmaster\r\n"), status);
    assertTrue(status.contains("Status: 5.0.0\r\n"), status);
    assertTrue(status.contains("Diagnostic-Code: smtp; 554 no\r\n"), status);
    assertTrue(part(bytes, 0, "text/plain").contains("caf\u00e9@ours.example"));
  }

  @Test
  void eachAddresseeIsToldOnce() {
    Refusal one = new Refusal(recipient("a@ours.example"), HIDDEN, Optional.of(OWNER), GONE);
    Refusal two = new Refusal(recipient("b@ours.example"), HIDDEN, Optional.of(OWNER), GONE);
    Refusal three = new Refusal(recipient("c@ours.example"), HIDDEN, Optional.empty(), GONE);
    Refusal four =
        new Refusal(recipient("d@ours.example", "NEVER"), HIDDEN, Optional.of(OWNER), GONE);
    Refusal five =
        new Refusal(recipient("e@ours.example", "DELAY"), HIDDEN, Optional.empty(), GONE);
    List<Refusal> all = List.of(one, two, three, four, five);
    assertEquals(
        Map.of(
            new Addressee(OWNER, true), List.of(one, two),
            new Addressee(SENDER, false), List.of(three)),
        Addressees.of(new ReversePath.Address(SENDER), all));
    assertEquals(
        Map.of(new Addressee(OWNER, true), List.of(one, two)),
        Addressees.of(new ReversePath.Null(), all));
  }
}
