package io.authserver.demo;

import static io.authserver.demo.Site.ALICE;
import static io.authserver.demo.Site.BLOCKED;
import static io.authserver.demo.Site.BOB;
import static io.authserver.demo.Site.CAROL;
import static io.authserver.demo.Site.CLUB;
import static io.authserver.demo.Site.CLUB_BOUNCES;
import static io.authserver.demo.Site.CROOK;
import static io.authserver.demo.Site.CUSTOMER;
import static io.authserver.demo.Site.DORA;
import static io.authserver.demo.Site.EMIL;
import static io.authserver.demo.Site.FRIEND;
import static io.authserver.demo.Site.GARDEN;
import static io.authserver.demo.Site.MAIL_HOST;
import static io.authserver.demo.Site.MOVED;
import static io.authserver.demo.Site.ORCHARD;
import static io.authserver.demo.Site.PARTNER;

import io.authserver.demo.DemoMail.Copy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The messages of the demo. */
final class DemoMails {
  private static final String SUBMITTED = "v=2; submitted=yes; author=match";
  private static final String WITHOUT_SENDER = "v=2; submitted=yes; author=unjudged";
  private static final String NOT_SUBMITTED = "v=2; submitted=no; author=unjudged";

  private final String date;
  private final String run;
  private final List<DemoMail> mails = new ArrayList<>();

  private DemoMails(Instant now) {
    this.date = DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC));
    this.run = Long.toString(now.toEpochMilli(), Character.MAX_RADIX);
  }

  /** Writes them. */
  static List<DemoMail> all(Instant now) {
    DemoMails writer = new DemoMails(now);
    writer.ordinaryMail();
    writer.forwardedMail();
    writer.unusualMail();
    return List.copyOf(writer.mails);
  }

  private void ordinaryMail() {
    String dsn = "RET=HDRS ENVID=demo";
    add(
        "plain text",
        "alice, who logged in, writes to a friend outside",
        new Envelope(ALICE, List.of(dsn.split(" ", -1)), FRIEND),
        submitted("laptop.home.test")
            + header(ALICE, FRIEND, "Tomatoes")
            + "\r\nThey are ripe.\r\n\r\n.\r\n..two dots and trailing space  \r\n\r\n\r\n",
        copy(FRIEND, ALICE, SUBMITTED, GARDEN));
    add(
        "multipart with an attachment",
        "carol, of the other domain, sends a picture",
        new Envelope(CAROL, List.of(), FRIEND),
        submitted("phone.home.test") + header(CAROL, FRIEND, "A picture") + multipart(),
        copy(FRIEND, CAROL, SUBMITTED, ORCHARD));
    add(
        "8-bit",
        "bob writes UTF-8 as it is",
        new Envelope(BOB, List.of("BODY=8BITMIME"), FRIEND),
        submitted("desk.home.test")
            + header(BOB, FRIEND, "Caf\u00e9")
            + "MIME-Version: 1.0\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\n"
            + "D\u00e9j\u00e0 vu \u2014 \u00fc\u00df \u4e2d\r\n",
        copy(FRIEND, BOB, SUBMITTED, GARDEN));
    add(
        "to a mailbox here",
        "a customer outside writes to bob: delivered here, nothing but a trace field added",
        new Envelope(CUSTOMER, List.of(), BOB),
        fromOutside("mx.shop.test") + header(CUSTOMER, BOB, "Order 17") + "\r\nThank you.\r\n",
        copy(BOB, CUSTOMER, null, null));
  }

  private void forwardedMail() {
    add(
        "a list mail",
        "alice writes to her club: two members are outside, one is here",
        new Envelope(ALICE, List.of(), CLUB),
        submitted("laptop.home.test") + header(ALICE, CLUB, "Meeting") + "\r\nAt eight.\r\n",
        copy(DORA, CLUB_BOUNCES, SUBMITTED, GARDEN),
        copy(EMIL, CLUB_BOUNCES, SUBMITTED, GARDEN),
        copy(CAROL, CLUB_BOUNCES, null, null));
    add(
        "a list mail from outside in alice's name",
        "somebody who did not log in writes to the club as alice: it goes on, unsigned",
        new Envelope(CROOK, List.of(), CLUB),
        fromOutside("mx.crime.test") + header(ALICE, CLUB, "Pay this") + "\r\nNow.\r\n",
        copy(DORA, CLUB_BOUNCES, NOT_SUBMITTED, null),
        copy(EMIL, CLUB_BOUNCES, NOT_SUBMITTED, null),
        copy(CAROL, CLUB_BOUNCES, null, null));
    String moved = "helen@" + MOVED;
    add(
        "a redirected mail from outside",
        "the domain moved: the reverse-path is rewritten by SRS, so that SPF holds at the partner",
        new Envelope(CUSTOMER, List.of(), moved),
        fromOutside("mx.shop.test") + header(CUSTOMER, moved, "Order 18") + "\r\nThank you.\r\n",
        new Copy(
            "helen@" + PARTNER,
            "SRS0=[^=]+=[^=]+=shop\\.test=customer@" + Pattern.quote(MOVED),
            NOT_SUBMITTED,
            null));
    add(
        "a redirected mail of ours",
        "alice writes to the same address: her reverse-path is ours already, and she is signed for",
        new Envelope(ALICE, List.of(), moved),
        submitted("laptop.home.test") + header(ALICE, moved, "Hello") + "\r\nHow are you?\r\n",
        copy("helen@" + PARTNER, ALICE, SUBMITTED, GARDEN));
  }

  private void unusualMail() {
    String daemon = "MAILER-DAEMON@" + ORCHARD;
    add(
        "a bounce",
        "a notification of our own, with the null reverse-path: signed for its author",
        new Envelope("", List.of(), CUSTOMER),
        submitted("localhost")
            + header(daemon, CUSTOMER, "Delivery status notification")
            + "Auto-Submitted: auto-replied\r\n\r\nYour message could not be delivered.\r\n",
        copy(CUSTOMER, "", WITHOUT_SENDER, ORCHARD));
    mails.add(
        new DemoMail(
            "to a blocked alias",
            "refused at RCPT, for good",
            id(),
            CUSTOMER,
            List.of(),
            BLOCKED,
            bytes(
                fromOutside("mx.shop.test") + header(CUSTOMER, BLOCKED, "Order 19") + "\r\nx\r\n"),
            "550 5.7.1 ",
            List.of()));
  }

  private record Envelope(String reversePath, List<String> parameters, String recipient) {}

  private void add(String title, String story, Envelope envelope, String content, Copy... copies) {
    mails.add(
        new DemoMail(
            title,
            story,
            id(),
            envelope.reversePath(),
            envelope.parameters(),
            envelope.recipient(),
            bytes(content),
            null,
            List.of(copies)));
  }

  private static Copy copy(
      String recipient, String reversePath, @Nullable String mark, @Nullable String domain) {
    return new Copy(recipient, Pattern.quote(reversePath), mark, domain);
  }

  private static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the Message-ID of the message that is being written: it counts what is finished. */
  private String id() {
    return "<" + run + "." + (mails.size() + 1) + "@" + MAIL_HOST + ">";
  }

  /** Returns the trace field that the site's own edge writes for somebody who logged in. */
  private String submitted(String client) {
    return trace(client, "ESMTPSA");
  }

  private String fromOutside(String client) {
    return trace(client, "ESMTPS");
  }

  private String trace(String client, String protocol) {
    return "Received: from "
        + client
        + " ("
        + client
        + " [192.0.2.25])\r\n\tby "
        + MAIL_HOST
        + " (OpenSMTPD) with "
        + protocol
        + " id 0000"
        + mails.size()
        + " (TLSv1.3);\r\n\t"
        + date
        + "\r\n";
  }

  private String header(String author, String to, String subject) {
    return "From: "
        + author
        + "\r\nTo: "
        + to
        + "\r\nSubject:  "
        + subject
        + "\r\n from the   demo \r\nDate: "
        + date
        + "\r\nMessage-ID: "
        + id()
        + "\r\n";
  }

  private static String multipart() {
    byte[] picture = new byte[6000];
    new Random(1).nextBytes(picture);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    png.writeBytes(picture);
    return """
    MIME-Version: 1.0
    Content-Type: multipart/mixed;
    \tboundary="=_demo"

    This is a message in several parts.
    --=_demo
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: quoted-printable

    Sch=C3=B6ne Gr=C3=BC=C3=9Fe
    --=_demo
    Content-Type: image/png; name="tree.png"
    Content-Disposition: attachment; filename="tree.png"
    Content-Transfer-Encoding: base64

    """
            .replace("\n", "\r\n")
        + Base64.getMimeEncoder().encodeToString(png.toByteArray())
        + "\r\n--=_demo--\r\n";
  }
}
