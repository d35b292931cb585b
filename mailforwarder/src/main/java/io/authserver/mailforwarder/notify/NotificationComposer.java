package io.authserver.mailforwarder.notify;

import io.authserver.mailforwarder.notify.Addressees.Addressee;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Enumeration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Composes a delivery status notification as bytes with CRLF line ends. */
public final class NotificationComposer {
  /** The most of a refused message that goes back, where the sender asked for all of it. */
  static final int MAX_RETURNED_BYTES = 256 * 1024;

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
   * Composes the notification for one addressee.
   *
   * @param refusals what it is about, at least one
   * @param sender the refused message's
   * @param original the refused message
   * @param arrived when it came
   * @param now the notification's date
   * @throws IOException when the message cannot be read
   */
  public byte[] compose(
      Addressee addressee,
      List<Refusal> refusals,
      Sender sender,
      MessageBytes original,
      Instant arrived,
      Instant now)
      throws IOException {
    boolean toSender = !addressee.mayReadTargets();
    String domain = domain(refusals.getFirst());
    try {
      InternetHeaders message = new InternetHeaders();
      message.setHeader("Date", DeliveryStatus.DATE.format(now));
      message.setHeader("From", "Mail Delivery System <MAILER-DAEMON@" + domain + ">");
      message.setHeader("To", "<" + addressee.mailbox() + ">");
      message.setHeader("Subject", "Undelivered mail");
      message.setHeader("Message-ID", "<" + ids.get() + "@" + domain + ">");
      // RFC 3834 §5
      message.setHeader("Auto-Submitted", "auto-replied");
      ReportMultipart report = new ReportMultipart();
      report.add(
          "text/plain; charset=utf-8", DeliveryStatus.utf8(text(refusals, addressee, domain)));
      report.add(
          "message/delivery-status",
          DeliveryStatus.write(
              hostName,
              arrived,
              toSender ? sender.parameters().envid() : null,
              refusals,
              addressee.mayReadTargets()));
      addOriginal(report, toSender && "FULL".equals(sender.parameters().ret()), original);
      message.setHeader("MIME-Version", "1.0");
      return write(message, report);
    } catch (MessagingException e) {
      throw new IOException("cannot compose a notification", e);
    }
  }

  private static byte[] write(InternetHeaders headers, ReportMultipart report)
      throws MessagingException, IOException {
    report.prepare();
    headers.setHeader("Content-Type", report.getContentType());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Enumeration<String> lines = headers.getAllHeaderLines();
    while (lines.hasMoreElements()) {
      out.writeBytes(DeliveryStatus.utf8(lines.nextElement() + "\r\n"));
    }
    out.writeBytes(new byte[] {'\r', '\n'});
    report.writeTo(out);
    return out.toByteArray();
  }

  /** RFC 6522 §3: the third part is the message, or its header section. */
  private static void addOriginal(ReportMultipart report, boolean full, MessageBytes original)
      throws MessagingException, IOException {
    if (full && original.size() <= MAX_RETURNED_BYTES) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) original.size());
      original.forEachBlock(0, bytes::write);
      report.add("message/rfc822", bytes.toByteArray());
    } else {
      report.add("text/rfc822-headers", original.header().bytes());
    }
  }

  private static String domain(Refusal refusal, String otherwise) {
    return refusal.recipient().forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)
            && !mailbox.isAddressLiteral()
        ? mailbox.foldedDomain()
        : otherwise;
  }

  private String domain(Refusal refusal) {
    return domain(refusal, hostName);
  }

  private static String text(List<Refusal> refusals, Addressee addressee, String domain) {
    StringBuilder text = new StringBuilder();
    text.append("This is the mail system of ").append(domain).append(".\r\n\r\n");
    text.append("A message could not be delivered to everybody it was meant for:\r\n\r\n");
    for (Refusal refusal : refusals) {
      String address = address(refusal);
      if (refusal.hiddenTarget().isEmpty()) {
        text.append("  ").append(address).append("\r\n    ").append(refusal.reply());
      } else if (addressee.mayReadTargets()) {
        text.append("  ").append(refusal.hiddenTarget().orElseThrow());
        text.append(" (by ").append(address).append(")\r\n    ").append(refusal.reply());
      } else {
        text.append("  ").append(address).append("\r\n    one of the addresses behind it refused");
      }
      text.append("\r\n");
    }
    return text.append("\r\nIt will not be tried again.\r\n").toString();
  }

  private static String address(Refusal refusal) {
    String path = refusal.recipient().forwardPath().toString();
    return path.substring(1, path.length() - 1);
  }

  static boolean isAscii(byte[] content) {
    for (byte b : content) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a composed message needs BODY=8BITMIME. */
  public static boolean isEightBit(byte[] message) {
    return !isAscii(message);
  }
}
