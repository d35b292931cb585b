package io.authserver.mailforwarder.notify;

import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.PreencodedMimeBodyPart;
import jakarta.mail.util.ByteArrayDataSource;

/** A multipart/report (RFC 6522 §3) whose parts are written as they are. */
final class ReportMultipart extends MimeMultipart {
  ReportMultipart() throws MessagingException {
    super("report");
    ContentType type = new ContentType(contentType);
    type.setParameter("report-type", "delivery-status");
    contentType = type.toString();
  }

  /** Completes the fields of the parts, before it is written. */
  void prepare() throws MessagingException {
    updateHeaders();
  }

  /** Adds a part. */
  void add(String type, byte[] content) throws MessagingException {
    PreencodedMimeBodyPart part =
        new PreencodedMimeBodyPart(NotificationComposer.isAscii(content) ? "7bit" : "8bit");
    part.setDataHandler(new DataHandler(new ByteArrayDataSource(content, type)));
    part.setHeader("Content-Type", type);
    addBodyPart(part);
  }
}
