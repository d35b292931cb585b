package io.authserver.mailforwarder.notify;

import io.authserver.mailforwarder.notify.Addressees.Addressee;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Enumeration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Composes a delivery status notification (RFC 3464, RFC 6522) as bytes with CRLF line ends.
 *
 * <p>It is 7-bit mail, for any next hop. Only where the sender asked for all of a message that is
 * not, and the next hops take 8-bit mail, it is not either; and where its addressee has an address
 * outside ASCII, which needs SMTPUTF8 anyway, it is internationalised mail (RFC 6533).
 */
public final class NotificationComposer {
  /**
   * The most of a message that goes back; where it has more, whole header fields up to this, and
   * the part that people read says so.
   */
  static final int MAX_RETURNED_BYTES = 256 * 1024;

  private static final String FROM = "Mail Delivery System <MAILER-DAEMON@";
  private static final String AUTO_SUBMITTED = "auto-replied";
  private static final Pattern OWN_ID =
      Pattern.compile("<[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@(.+)>");

  /** A field of ours is shorter. */
  private static final int MOST_OF_OWN = 1000;

  private final String hostName;
  private final Supplier<UUID> ids;

  /**
   * Makes a composer.
   *
   * @param hostName our name in Reporting-MTA and Message-ID
   * @param ids makes the left part of each Message-ID
   */
  public NotificationComposer(String hostName, Supplier<UUID> ids) {
    this.hostName = hostName;
    this.ids = ids;
  }

  /**
   * The message that a notification is about.
   *
   * @param sender what MAIL said
   * @param message all of it, or what was kept of a message that was dropped
   * @param arrived when it came
   * @param eightBit whether 8-bit mail may be sent about it
   * @param cut whether no more than the beginning of its header section was kept
   */
  public record Original(
      Sender sender, MessageBytes message, Instant arrived, boolean eightBit, boolean cut) {}

  /**
   * Composes the notification for one addressee.
   *
   * @param notices what it is about, at least one
   * @param more how many there are besides that it does not name
   * @param now the notification's date
   * @throws IOException when the message cannot be read
   */
  public byte[] compose(
      Addressee addressee, List<? extends Notice> notices, int more, Original original, Instant now)
      throws IOException {
    // RFC 3461 §4.3 and §4.4: what the sender asked for is for the sender
    boolean toSender = !addressee.mayReadTargets();
    boolean utf8 = !addressee.mailbox().isAscii();
    Sender sender = original.sender();
    String domain = domain(notices.getFirst());
    boolean failed = notices.stream().anyMatch(Refusal.class::isInstance);
    try {
      InternetHeaders message = new InternetHeaders();
      message.setHeader("Date", DeliveryStatus.DATE.format(now));
      message.setHeader("From", FROM + domain + ">");
      message.setHeader("To", "<" + addressee.mailbox() + ">");
      message.setHeader("Subject", failed ? "Undelivered mail" : "Delivery report");
      message.setHeader("Message-ID", "<" + ids.get() + "@" + domain + ">");
      // RFC 3834 §5
      message.setHeader("Auto-Submitted", AUTO_SUBMITTED);
      ReportMultipart report = new ReportMultipart();
      boolean full = failed && toSender && "FULL".equals(sender.parameters().ret());
      Returned header = Returned.of(original.message());
      byte[] text =
          (NotificationText.of(notices, more, addressee, domain) + leftOut(original, full, header))
              .getBytes(StandardCharsets.UTF_8);
      if (utf8) {
        report.add("text/plain; charset=utf-8", text);
      } else {
        report.addEncoded("text/plain; charset=utf-8", text);
      }
      report.add(
          utf8 ? "message/global-delivery-status" : "message/delivery-status",
          DeliveryStatus.write(
              hostName,
              utf8,
              addressee.mayReadTargets(),
              original.arrived(),
              now,
              toSender ? sender.parameters().envid() : null,
              notices));
      addOriginal(report, original, header.bytes(), full, utf8);
      message.setHeader("MIME-Version", "1.0");
      return write(message, report);
    } catch (MessagingException e) {
      throw new IOException("cannot compose a notification", e);
    }
  }

  /**
   * Returns the trace field of a notification (RFC 5321 §4.4), CRLF included: it came from nobody.
   *
   * @param id names the transaction of the message that it is about
   */
  public byte[] traceField(String id, Instant now) {
    return ("Received: by "
            + hostName
            + " id "
            + id
            + ";\r\n\t"
            + DeliveryStatus.DATE.format(now)
            + "\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] write(InternetHeaders headers, ReportMultipart report)
      throws MessagingException, IOException {
    report.prepare();
    headers.setHeader("Content-Type", report.getContentType());
    if (report.isEightBit()) {
      // RFC 2045 §6.4: what contains 8-bit parts has to say so itself
      headers.setHeader("Content-Transfer-Encoding", "8bit");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Enumeration<String> lines = headers.getAllHeaderLines();
    while (lines.hasMoreElements()) {
      out.writeBytes((lines.nextElement() + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
    out.writeBytes(new byte[] {'\r', '\n'});
    report.writeTo(out);
    return out.toByteArray();
  }

  /** RFC 6522 §3: the third part is the message, or its header section. */
  private static void addOriginal(
      ReportMultipart report, Original original, byte[] header, boolean full, boolean utf8)
      throws MessagingException, IOException {
    // RFC 6533 §5 and §6
    boolean global =
        original.sender().parameters().smtpUtf8()
            && !ReportMultipart.isAscii(header)
            && isUtf8(header);
    if (full && original.message().size() <= MAX_RETURNED_BYTES) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) original.message().size());
      original.message().forEachBlock(0, bytes::write);
      byte[] content = bytes.toByteArray();
      // RFC 2046 §5.2.1: no encoding of a message within a message
      boolean fits = utf8 || original.eightBit() || ReportMultipart.isAscii(content);
      if (fits && ReportMultipart.isLines(content)) {
        report.add(global ? "message/global" : "message/rfc822", content);
        return;
      }
    }
    // Where 8 bits do not pass: a type that may be encoded, and that every reader decodes
    if (global && (utf8 || original.eightBit()) && ReportMultipart.isLines(header)) {
      report.add("message/global-headers", header);
    } else {
      report.addEncoded("text/rfc822-headers", header);
    }
  }

  /**
   * The header fields that go back.
   *
   * @param fields how many there are
   * @param all how many the message has
   */
  private record Returned(byte[] bytes, int fields, int all) {
    static Returned of(MessageBytes message) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      List<HeaderField> all = message.header().fields();
      int fields = 0;
      for (HeaderField field : all) {
        if (bytes.size() + field.length() > MAX_RETURNED_BYTES) {
          break;
        }
        bytes.write(field.source(), field.start(), field.length());
        fields++;
      }
      return new Returned(bytes.toByteArray(), fields, all.size());
    }
  }

  /**
   * Returns whether a message is a notification as it is written here, maybe by another instance:
   * by its From, Message-ID and Auto-Submitted. A stranger's that looks the same is taken for one.
   */
  public static boolean isOwn(HeaderSection header) {
    Matcher id = OWN_ID.matcher(value(header, "message-id"));
    return id.matches()
        && value(header, "from").equals(FROM + id.group(2) + ">")
        && value(header, "auto-submitted").equals(AUTO_SUBMITTED);
  }

  private static String value(HeaderSection header, String name) {
    HeaderField field = header.first(name);
    return field == null || field.length() > MOST_OF_OWN
        ? ""
        : new String(field.value(), StandardCharsets.UTF_8).strip();
  }

  /** Returns what is to be said of what does not go back for its size. */
  private static String leftOut(Original original, boolean full, Returned header) {
    if (original.cut()) {
      return "\r\nOnly the first %d bytes of the message's header section follow.\r\n"
          .formatted(header.bytes().length);
    }
    if (header.fields() < header.all()) {
      return "\r\nOnly the first %d of the message's %d header fields follow.\r\n"
          .formatted(header.fields(), header.all());
    }
    return full && original.message().size() > MAX_RETURNED_BYTES
        ? "\r\nOnly the message's header fields follow, since it has more than 256 KiB.\r\n"
        : "";
  }

  private static boolean isUtf8(byte[] content) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  /** Returns the domain in whose name it speaks: never one that is not ours. */
  private String domain(Notice notice) {
    return notice.ours()
            && notice.recipient().forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)
            && !mailbox.isAddressLiteral()
        ? mailbox.foldedDomain()
        : hostName;
  }

  /**
   * Returns what composing takes at most while it is done, in bytes: what is returned in several
   * forms, and the text and the fields of each notice.
   */
  public static long memory(int notices, Original original) {
    return 64 * 1024
        + 4096L * notices
        + 16 * Math.min(original.message().size(), MAX_RETURNED_BYTES);
  }

  /** Returns whether a composed message needs BODY=8BITMIME. */
  public static boolean isEightBit(byte[] message) {
    return !ReportMultipart.isAscii(message);
  }
}
